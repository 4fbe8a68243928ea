"""The grammar of routes.yaml, declared once: keys, types, defaults and a sentence for each."""
