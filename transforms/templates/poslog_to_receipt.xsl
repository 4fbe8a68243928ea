<?xml version="1.0" encoding="UTF-8"?>
<!-- A POSLog transaction (NRF-ARTS IXRetail, as NCR's self checkouts write it) becomes a receipt. XSLT 1.0. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="http://www.nrf-arts.org/IXRetail/namespace/" xmlns="urn:shop:receipt:1" exclude-result-prefixes="p">
  <xsl:output method="xml" encoding="UTF-8" indent="yes"/>

  <xsl:template match="/p:POSLog">
    <Receipts>
      <xsl:apply-templates select="p:Transaction[p:RetailTransaction]"/>
    </Receipts>
  </xsl:template>

  <xsl:template match="p:Transaction">
    <xsl:variable name="sold" select="p:RetailTransaction/p:LineItem[not(@VoidFlag = 'true')]/p:Sale"/>
    <Receipt id="{p:RetailStoreID}-{p:WorkstationID}-{p:SequenceNumber}" currency="{p:CurrencyCode}">
      <Date><xsl:value-of select="p:BusinessDayDate"/></Date>
      <Lines count="{count($sold)}">
        <xsl:apply-templates select="$sold"/>
      </Lines>
      <Sum><xsl:value-of select="format-number(sum($sold/p:ExtendedAmount), '0.00')"/></Sum>
    </Receipt>
  </xsl:template>

  <xsl:template match="p:Sale">
    <Line pos="{position()}" product="{p:ItemID}">
      <Text><xsl:value-of select="normalize-space(p:Description)"/></Text>
      <Quantity><xsl:value-of select="p:Quantity"/></Quantity>
      <Amount><xsl:value-of select="p:ExtendedAmount"/></Amount>
    </Line>
  </xsl:template>
</xsl:stylesheet>
