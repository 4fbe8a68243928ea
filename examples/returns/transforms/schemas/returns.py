"""What shop and stores say of a return."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class Line(Schema):
    sku = fields.Str(required=True)
    price = fields.Decimal(required=True, places=2)


class Return(Schema):
    class Meta:
        unknown = EXCLUDE

    return_no = fields.Str(required=True, validate=validate.Regexp(r"^R-\d+$"))
    order_no = fields.Str(required=True)
    reason = fields.Str(required=True, validate=validate.OneOf(["faulty", "wrong-size", "changed-mind"]))
    unused = fields.Bool(required=True)
    receipt = fields.Bool(required=True)
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1))
