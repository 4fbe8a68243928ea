<?xml version="1.0" encoding="UTF-8"?>
<!-- A sales document becomes the ERP's order: sorted lines, looked-up tax rates, sums. XSLT 1.0. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:s="urn:shop:sales:1" xmlns="urn:erp:order:2" exclude-result-prefixes="s">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:key name="rate" match="s:Tax" use="@code"/>

  <xsl:template match="/s:SalesDocument">
    <Order id="{s:Number}" version="2">
      <Type>
        <xsl:choose>
          <xsl:when test="s:Kind = 'RETURN'">CREDIT</xsl:when>
          <xsl:otherwise>SALE</xsl:otherwise>
        </xsl:choose>
      </Type>
      <Date><xsl:value-of select="substring-before(s:IssuedAt, 'T')"/></Date>
      <Party code="{s:Customer/@id}">
        <xsl:value-of select="concat(s:Customer/s:FirstName, ' ', s:Customer/s:LastName, ', ', s:Customer/s:City)"/>
      </Party>
      <Lines count="{count(s:Lines/s:Line)}">
        <xsl:apply-templates select="s:Lines/s:Line">
          <xsl:sort select="@no" data-type="number"/>
        </xsl:apply-templates>
      </Lines>
      <Total><xsl:value-of select="format-number(sum(s:Lines/s:Line/s:NetAmount), '0.00')"/></Total>
    </Order>
  </xsl:template>

  <xsl:template match="s:Line">
    <xsl:variable name="rate" select="key('rate', s:TaxCode)/@rate"/>
    <Line pos="{position() * 10}">
      <Product><xsl:value-of select="s:Sku"/></Product>
      <Text><xsl:value-of select="normalize-space(s:Description)"/></Text>
      <Quantity unit="{s:Quantity/@unit}"><xsl:value-of select="s:Quantity"/></Quantity>
      <Price><xsl:value-of select="format-number(s:UnitPrice, '0.00')"/></Price>
      <Amount><xsl:value-of select="s:NetAmount"/></Amount>
      <Tax rate="{$rate}"><xsl:value-of select="format-number(round(s:NetAmount * $rate) div 100, '0.00')"/></Tax>
      <xsl:if test="s:Discount"><Discount><xsl:value-of select="s:Discount"/></Discount></xsl:if>
    </Line>
  </xsl:template>
</xsl:stylesheet>
