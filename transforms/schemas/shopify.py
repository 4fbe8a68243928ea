"""What Shopify posts when an order was created: the fields that we use, of many more."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Known(Schema):
    """Shopify adds fields at any time; those that are not named here are left out."""

    class Meta:
        unknown = EXCLUDE


class ShopifyCustomer(Known):
    id = fields.Int(allow_none=True)
    first_name = fields.Str(required=True)
    last_name = fields.Str(required=True)


class ShopifyLine(Known):
    id = fields.Int(required=True)
    sku = fields.Str(required=True)
    title = fields.Str(required=True)
    quantity = fields.Int(required=True, validate=validate.Range(min=1))
    price = fields.Decimal(required=True, places=2)


class ShopifyOrder(Known):
    id = fields.Int(required=True)
    name = fields.Str(required=True)
    test = fields.Bool(required=True)
    created_at = fields.AwareDateTime(required=True)
    currency = fields.Str(required=True, validate=validate.Length(equal=3))
    total_price = fields.Decimal(required=True, places=2)
    financial_status = fields.Str(required=True)
    customer = fields.Nested(ShopifyCustomer, required=True)
    line_items = fields.List(fields.Nested(ShopifyLine), required=True, validate=validate.Length(min=1))


class OrderCreated(Known):
    order = fields.Nested(ShopifyOrder, required=True)
