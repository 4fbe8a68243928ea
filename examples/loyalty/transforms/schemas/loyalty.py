"""What Square says of points, and the CRM of members."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Known(Schema):
    class Meta:
        unknown = EXCLUDE


class Points(Known):
    points = fields.Int(required=True, strict=True)


class LoyaltyEvent(Known):
    type = fields.Str(required=True)
    loyalty_account_id = fields.Str(required=True)
    accumulate_points = fields.Nested(Points)
    adjust_points = fields.Nested(Points)


class Object(Known):
    loyalty_event = fields.Nested(LoyaltyEvent)


class Data(Known):
    object = fields.Nested(Object, required=True)


class Created(Known):
    event_id = fields.Str(required=True)
    type = fields.Str(required=True)
    created_at = fields.AwareDateTime(required=True)
    data = fields.Nested(Data, required=True)


class Member(Known):
    account = fields.Str(required=True)
    email = fields.Email(required=True)
    level = fields.Str(required=True, validate=validate.OneOf(["basic", "silver", "gold"]))
    changed = fields.AwareDateTime(required=True)
