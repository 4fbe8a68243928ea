def clean(message):
    message.body["header"]["store"] = message.body["header"]["store"].lstrip("0")
    return message
