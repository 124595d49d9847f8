"""`caresite schema`: what editors need to complete and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caresite.core.config import Config
from caresite.core.schema import fields_of
from caresite.kinds import KINDS

from .conftest import Run


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        here = {node["$ref"]} if "$ref" in node else set()
        return here.union(*(references(value) for value in node.values()))
    return set().union(*(references(item) for item in node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("name", ["config", "theme", *KINDS])
def test_every_schema_is_whole(run: Run, name: str) -> None:
    schema = json.loads(run("schema", name).output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert references(schema) == {f"#/$defs/{key}" for key in schema.get("$defs", {})}


def test_the_config_schema_has_every_key_and_no_other(run: Run) -> None:
    schema = json.loads(run("schema").output)
    assert {field.name for field in fields_of(Config)} | {"feeds", "headers", "redirects"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["title", "base_url", "timezone"]


def test_rules_may_stand_as_a_bare_list(run: Run) -> None:
    properties = json.loads(run("schema").output)["properties"]
    assert [form["type"] for form in properties["redirects"]["anyOf"]] == ["object", "array"]


def test_the_theme_schema_keeps_its_groups_apart(run: Run) -> None:
    schema = json.loads(run("schema", "theme").output)
    groups = {name: schema["$defs"][name]["properties"] for name in schema["$defs"]}
    assert "ratings" in groups["ShowOptions"]
    assert "action" in groups["NewsletterOptions"]


def test_a_site_with_a_broken_config_still_has_schemas(run: Run, site: Path) -> None:
    (site / "caresite.yaml").write_text("nonsense: true\n")
    assert run("schema", "config").exit_code == 0


def test_it_can_be_written_to_a_file(run: Run, tmp_path: Path) -> None:
    assert run("schema", "post", "-o", str(tmp_path / "post.json")).exit_code == 0
    assert "title" in json.loads((tmp_path / "post.json").read_text())["properties"]


def test_an_unknown_name_gets_the_nearest_one(run: Run) -> None:
    result = run("schema", "stroy")
    assert result.exit_code == 2
    assert "did you mean “story”?" in result.output
