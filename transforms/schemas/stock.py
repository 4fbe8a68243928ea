"""What the warehouse says of its stock."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class StockEvent(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.Str(required=True)
    type = fields.Str(required=True, validate=validate.Length(min=1))
    sku = fields.Str(required=True, validate=validate.Regexp(r"^SKU-\d+$"))
    quantity = fields.Int(required=True, strict=True, validate=validate.Range(min=0))
    on_hand = fields.Int(required=True, strict=True, validate=validate.Range(min=0))
    at = fields.AwareDateTime(required=True)
