"""The graph of goods and money, and what it shows of flows that come back."""

from functools import cache

from lib.entries.fetch import demo, network, screen
from lib.links import Graph
from lib.screening import limits as limits_of


@cache
def drawn() -> tuple[screen.Reconciled, Graph, frozenset[str]]:
    made = demo.world(3)
    done = screen.reconcile_all(made.tables, demo.END, limits_of.load(screen.ENTRY, demo.END))
    truth = made.truth.to_pandas()
    looped = truth.loc[truth["typology"] == "carousel", "firm"].str.replace("-", "")
    return done, network.graph(done), frozenset(looped)


def test_every_declaration_and_payment_is_a_line_of_the_graph() -> None:
    done, graph, _ = drawn()
    goods, money = (graph.table.loc[graph.table["kind"] == kind] for kind in (network.GOODS, network.MONEY))
    assert set(goods["key"]) == set(done.ledger.declared["no"])
    assert set(money["key"]) == set(done.ledger.paid["no"])
    assert goods["amount"].sum() == done.ledger.declared["krw"].clip(lower=0).sum()


def test_goods_that_go_round_are_marked_and_most_honest_firms_have_none() -> None:
    done, graph, looped = drawn()
    own = {
        firm: network.returning(done, graph, f"F:{firm}").own
        for firm in [*looped, *sorted(set(done.ledger.declared["firm"]) - looped)[:60]]
    }
    assert sum(own[firm] > 0 for firm in looped) >= len(looped) / 2
    assert sum(own[firm] > 0 for firm in own if firm not in looped) <= 6
