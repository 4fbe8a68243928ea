"""What the web shop posts; money stays text, as it came."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Customer(Schema):
    id = fields.Str(required=True)
    name = fields.Str(required=True)
    email = fields.Email(required=True)


class Address(Schema):
    street = fields.Str(required=True)
    zip = fields.Str(required=True)
    city = fields.Str(required=True)
    country = fields.Str(required=True, validate=validate.Length(equal=2))


class Payment(Schema):
    method = fields.Str(required=True)
    amount = fields.Str(required=True)
    reference = fields.Str()


class Line(Schema):
    sku = fields.Str(required=True)
    name = fields.Str()
    qty = fields.Int(required=True, strict=True)
    unit_price = fields.Str(required=True)
    tax_rate = fields.Str()


class WebOrder(Schema):
    class Meta:
        unknown = EXCLUDE

    order_no = fields.Str(required=True)
    placed_at = fields.Str(required=True)
    currency = fields.Str(required=True, validate=validate.Length(equal=3))
    customer = fields.Nested(Customer, required=True)
    ship_to = fields.Nested(Address, required=True)
    fulfilment = fields.Str(required=True, validate=validate.OneOf(["ship", "pickup"]))
    payment = fields.Nested(Payment, required=True)
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1))
