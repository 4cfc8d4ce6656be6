"""The comparison of workflows in code with the database's guards."""

from tools.guards import Guard, differences

CODE = Guard(frozenset({"draft"}), frozenset({("draft", "sent"), ("sent", "closed")}), "grants.workflow")
SAME = Guard(CODE.initial, CODE.pairs, "grants.0001_initial")


def test_guard_like_the_code_is_no_difference() -> None:
    assert differences({"grants_application": CODE}, {"grants_application": SAME}) == []


def test_workflow_without_a_guard_is_found() -> None:
    assert differences({"grants_application": CODE}, {}) == ["grants_application: grants.workflow has a workflow, no migration guards it"]


def test_guard_without_a_workflow_is_found() -> None:
    assert differences({}, {"grants_application": SAME}) == ["grants_application: grants.0001_initial guards it, no workflow names it"]


def test_pair_that_the_database_refuses_is_found() -> None:
    less = Guard(CODE.initial, frozenset({("draft", "sent")}), "grants.0001_initial")

    assert differences({"grants_application": CODE}, {"grants_application": less}) == [
        "grants_application: the code allows sent → closed, grants.0001_initial does not"
    ]


def test_pair_that_only_the_database_allows_is_found() -> None:
    more = Guard(CODE.initial, CODE.pairs | {("closed", "draft")}, "grants.0001_initial")

    assert differences({"grants_application": CODE}, {"grants_application": more}) == [
        "grants_application: grants.0001_initial allows closed → draft, the code does not"
    ]


def test_first_state_that_differs_is_found() -> None:
    other = Guard(frozenset({"draft", "sent"}), CODE.pairs, "grants.0002_more")

    assert differences({"grants_application": CODE}, {"grants_application": other}) == [
        "grants_application: grants.0002_more lets rows begin as sent, the code does not"
    ]
