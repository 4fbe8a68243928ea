"""What Shopify posts: the fields that we use, of many more. It adds some at any time; those are left out."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Known(Schema):
    class Meta:
        unknown = EXCLUDE


class Customer(Known):
    id = fields.Int(required=True)
    first_name = fields.Str(required=True)
    last_name = fields.Str(required=True)


class Line(Known):
    sku = fields.Str(required=True)
    quantity = fields.Int(required=True, validate=validate.Range(min=1))
    price = fields.Decimal(required=True, places=2)


class Order(Known):
    id = fields.Int(required=True)
    name = fields.Str(required=True)
    test = fields.Bool(required=True)
    created_at = fields.AwareDateTime(required=True)
    currency = fields.Str(required=True, validate=validate.Length(equal=3))
    financial_status = fields.Str(required=True)
    customer = fields.Nested(Customer, required=True)
    line_items = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1))


class Level(Known):
    inventory_item_id = fields.Int(required=True)
    location_id = fields.Int(required=True)
    available = fields.Int(required=True, allow_none=True)
