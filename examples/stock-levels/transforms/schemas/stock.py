"""What the warehouse says of its stock: the levels that a picking wave, a delivery or a count has changed."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Level(Schema):
    class Meta:
        unknown = EXCLUDE

    sku = fields.Str(required=True, validate=validate.Regexp(r"^SKU-\d+$"))
    offer = fields.Str()
    location = fields.Str(required=True)
    on_hand = fields.Int(required=True, strict=True, validate=validate.Range(min=0))
    reserved = fields.Int(required=True, strict=True, validate=validate.Range(min=0))


class Levels(Schema):
    class Meta:
        unknown = EXCLUDE

    event = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)
    levels = fields.List(fields.Nested(Level), required=True)
