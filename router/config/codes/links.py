"""05: what the entries of a project say about each other."""

from __future__ import annotations

from router.config.codes.code import Code

OUT = "    to: [{id: out, send: {folder: out, name: a.csv}}]\n"
TILL = 'routes:\n  sales:\n    from: {folder: pos, files: "SALES_*.csv"}\n'
ORDERS = "routes:\n  orders:\n    from: {http: /orders, clients: [shop]}\n"
BUS = (
    "connections:\n  bus: {type: amqp, url: amqp://bus.test}\nroutes:\n  stock:\n    from: {amqp: bus, queue: stock}\n"
    "    format: json\n"
)
TAKES = "  receiver:\n    from: {route: true}\n" + OUT

CODES = (
    Code(
        "E", "0501", "there is no such connection",
        "The name behind the adapter of a source or a send is the id of a connection, in any file of the project.",
        'routes:\n  sales:\n    from: {folder: poss, files: "*.csv"}\n' + OUT,
        'routes:\n  sales:\n    from: {folder: pos, files: "*.csv"}\n' + OUT,
    ),
    Code(
        "E", "0502", "a connection of another type",
        "The adapter of a source or a send and the `type` of its connection are the same word.",
        'routes:\n  sales:\n    from: {folder: erp, files: "*.csv"}\n' + OUT,
        'routes:\n  sales:\n    from: {folder: pos, files: "*.csv"}\n' + OUT,
    ),
    Code(
        "E", "0503", "there is no such client",
        "Who may call a source of HTTP is named in `clients`, in any file of the project; `clients: anyone` lets in "
        "everybody.",
        "routes:\n  orders:\n    from: {http: /orders, clients: [web-shpo]}\n" + OUT,
        "routes:\n  orders:\n    from: {http: /orders, clients: [web-shop]}\n" + OUT,
    ),
    Code(
        "E", "0504", "a path that another route has taken",
        "A request goes to one route. Two routes may share a path with different methods; the names of parameters make "
        "no difference.",
        "routes:\n  orders:\n    from: {http: /orders, clients: anyone}\n" + OUT
        + "  orders-too:\n    from: {http: /orders, clients: anyone}\n" + OUT,
        "routes:\n  orders:\n    from: {http: /orders, clients: anyone}\n" + OUT
        + "  orders-too:\n    from: {http: /orders, method: PUT, clients: anyone}\n" + OUT,
    ),
    Code(
        "E", "0505", "two clients with one token",
        "A caller is known by its token or its signature alone.",
        'clients:\n  a: {token: "${env:SHOP_TOKEN}"}\n  b: {token: "${env:SHOP_TOKEN}"}\n'
        "routes:\n  orders:\n    from: {http: /orders, clients: [a, b]}\n" + OUT,
        'clients:\n  a: {token: "${env:SHOP_TOKEN}"}\n'
        "routes:\n  orders:\n    from: {http: /orders, clients: [a]}\n" + OUT,
    ),
    Code(
        "W", "0506", "a secret in plain text",
        "It is in the file, in its history, and in every version that the ledger stores. A reference is resolved when the "
        "project is loaded, and what came from `${secret:…}` is masked everywhere.",
        'clients:\n  shop: {token: "t0ken-of-the-shop"}\n' + ORDERS + OUT,
        'clients:\n  shop: {token: "${env:SHOP_TOKEN}"}\n' + ORDERS + OUT,
    ),
    Code(
        "W", "0507", "two routes take from one place",
        "Each file, queue message or stream entry goes to one of them, and nobody can say to which. One route can have "
        "many targets; two consumer groups of a stream each get all.",
        TILL + OUT + '  sales-too:\n    from: {folder: pos, files: "SALES_*.csv"}\n' + OUT,
        TILL + OUT + '  stock:\n    from: {folder: pos, files: "STOCK_*.csv"}\n' + OUT,
    ),
    Code(
        "A", "0508", "nothing uses it",
        "A connection or a client that no route names. It does no harm, but somebody may think that it is used.",
        "connections:\n  old-erp: {type: http, url: http://old.test}\n",
        "connections:\n  erp: {type: http, url: http://new.test}\n",
    ),
    Code(
        "E", "0509", "there is no such route",
        "`send: {route: ID}` hands the message to another route of the project, whose source is `{route: true}`.",
        TILL + "    to: [{id: on, send: {route: recever}}, {id: too, send: {route: receiver}}]\n" + TAKES,
        TILL + "    to: [{id: on, send: {route: receiver}}]\n" + TAKES,
    ),
    Code(
        "E", "0510", "a route that takes from elsewhere",
        "A route that others send to has no source of its own: it says `from: {route: true}`.",
        TILL + "    to: [{id: on, send: {route: stock}}]\n" + '  stock:\n    from: {folder: pos, files: "STOCK_*"}\n' + OUT,
        TILL + "    to: [{id: on, send: {route: stock}}]\n" + "  stock:\n    from: {route: true}\n" + OUT,
    ),
    Code(
        "E", "0511", "routes in a circle",
        "A message would never end: the routes send to each other.",
        "routes:\n  a: {from: {route: true}, to: [{id: b, send: {route: b}}]}\n"
        "  b: {from: {route: true}, to: [{id: a, send: {route: a}}]}\n",
        TILL + "    to: [{id: a, send: {route: a}}]\n"
        "  a: {from: {route: true}, to: [{id: b, send: {route: b}}]}\n"
        "  b: {from: {route: true}, to: [{id: out, send: {folder: out, name: a.csv}}]}\n",
    ),
    Code(
        "W", "0512", "no route sends to this one",
        "Its source is `{route: true}`, so messages come from other routes only, and none sends here.",
        "routes:\n" + TAKES,
        TILL + "    to: [{id: on, send: {route: receiver}}]\n" + TAKES,
    ),
    Code(
        "W", "0513", "messages go round for ever",
        "A target sends each message into a queue or a stream from which it comes back to its route. A `when`, a `filter` or "
        "`dedupe` on the way may end it; that they do is for you to know.",
        BUS + "    to: [{id: again, send: {amqp: bus, queue: stock}}]\n",
        BUS + "    to:\n      - {id: again, when: body.tries < 3, send: {amqp: bus, queue: stock}}\n"
        "      - {id: out, when: body.tries >= 3, send: {folder: out, name: a.json}}\n      - otherwise: {dead: no tries}\n",
    ),
    Code(
        "W", "0514", "a pattern of another tool",
        "A parameter of a path is a whole segment in braces. A pattern of file names knows `*`, `?` and `[abc]`; braces "
        "and regular expressions are taken as they stand, and match no file.",
        "routes:\n  orders:\n    from: {http: '/orders/:number', clients: anyone}\n" + OUT,
        "routes:\n  orders:\n    from: {http: '/orders/{number}', clients: anyone}\n" + OUT,
    ),
)  # fmt: skip
