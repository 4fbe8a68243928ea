"""routes.yaml: read, checked as a whole, and built into the routing table."""

from __future__ import annotations

from router.config.check import build, build_for_trial, check
from router.config.content import StoredContent
from router.config.problems import ConfigError, Problem
from router.config.project import Project, find_project, read_project, stored_project

__all__ = [
    "ConfigError",
    "Problem",
    "Project",
    "StoredContent",
    "build",
    "build_for_trial",
    "check",
    "find_project",
    "read_project",
    "stored_project",
]
