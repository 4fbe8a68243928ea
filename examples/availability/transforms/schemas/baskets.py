"""What the shop asks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class Line(Schema):
    sku = fields.Str(required=True, validate=validate.Regexp(r"^SKU-\d+$"))
    qty = fields.Int(required=True, strict=True, validate=validate.Range(min=1, max=999))


class Basket(Schema):
    store = fields.Str(required=True)
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1, max=100))
