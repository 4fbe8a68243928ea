"""What the web shop posts when a customer wants to fetch an order."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Customer(Schema):
    id = fields.Str(required=True)
    email = fields.Email(required=True)
    phone = fields.Str(validate=validate.Regexp(r"^\+\d{8,15}$"))


class Line(Schema):
    class Meta:
        unknown = EXCLUDE

    sku = fields.Str(required=True)
    qty = fields.Int(required=True, strict=True, validate=validate.Range(min=1))
    unit_price = fields.Decimal(required=True, places=2)
    shelf = fields.Str()


class CollectOrder(Schema):
    class Meta:
        unknown = EXCLUDE

    order_no = fields.Str(required=True, validate=validate.Regexp(r"^WEB-\d{4,}$"))
    placed_at = fields.AwareDateTime(required=True)
    collect_until = fields.AwareDateTime()
    store = fields.Str(required=True, validate=validate.Regexp(r"^\d{4}$"))
    customer = fields.Nested(Customer, required=True)
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1))
