<?xml version="1.0" encoding="UTF-8"?>
<!-- A price becomes the label that hangs at the shelf. XSLT 1.0. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:shop:prices:1" exclude-result-prefixes="p">
  <xsl:output method="xml" encoding="UTF-8" omit-xml-declaration="yes"/>
  <xsl:template match="/p:Price">
    <div class="label" id="{@sku}">
      <h1><xsl:value-of select="p:Text"/></h1>
      <p><del><xsl:value-of select="p:Was"/></del><b><xsl:value-of select="p:Gross"/></b></p>
      <small>from <xsl:value-of select="p:From"/></small>
    </div>
  </xsl:template>
</xsl:stylesheet>
