"""The verbs of `steps`, in the order in which the documentation lists them."""

from __future__ import annotations

from collections.abc import Mapping

from router.registry import StepFactory
from transforms.steps.dedupe import dedupe
from transforms.steps.filter import filter
from transforms.steps.map import map
from transforms.steps.python import python
from transforms.steps.set import set
from transforms.steps.split import split
from transforms.steps.template import template
from transforms.steps.validate import validate
from transforms.steps.xslt import xslt

STEPS: Mapping[str, StepFactory] = {
    "validate": validate,
    "dedupe": dedupe,
    "map": map,
    "template": template,
    "xslt": xslt,
    "set": set,
    "filter": filter,
    "split": split,
    "python": python,
}
