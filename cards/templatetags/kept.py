"""`{% load kept %}`, then `|told` behind what is stored in English."""

from __future__ import annotations

from django import template

from cards.kept import told

register = template.Library()
register.filter("told", told)
