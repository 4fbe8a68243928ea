"""What has to be right before an article is sold."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate


class Article(Schema):
    sku = fields.Str(required=True, validate=validate.Regexp(r"^SKU-\d+$"))
    supplier = fields.Str(required=True)
    ean = fields.Str(required=True, validate=validate.Regexp(r"^\d{13}$", error="An EAN has 13 digits."))
    title = fields.Str(required=True, validate=validate.Length(min=1))
    price = fields.Decimal(required=True, validate=validate.Range(min=Decimal("0.01")))
    pieces = fields.Int(required=True, validate=validate.Range(min=1))
