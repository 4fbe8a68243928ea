from marshmallow import Schema, fields, validate


class Line(Schema):
    sku = fields.Str(required=True)
    qty = fields.Int(required=True)
    unit_price = fields.Str(required=True)


class Customer(Schema):
    id = fields.Str(required=True)
    name = fields.Str(required=True)


class WebOrder(Schema):
    order_no = fields.Str(required=True)
    placed_at = fields.AwareDateTime(required=True)
    fulfilment = fields.Str(required=True, validate=validate.OneOf(["ship", "pickup"]))
    customer = fields.Nested(Customer, required=True)
    lines = fields.List(fields.Nested(Line), required=True)
    note = fields.Str()
