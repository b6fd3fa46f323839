"""What several vendors that fail at once have in common: laws of the rule, and the cases that people know."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.group import CommonFactor
from bot.core.routing.correlation import (
    ALIKE,
    CAN_BE_THE_EDGE,
    HALF,
    LEAST,
    MOST,
    WITHIN_S,
    VendorIncidentView,
    VendorView,
    followed,
    found,
)
from probes.model import NETWORK_LAYERS, Layer

LAYERS = [
    Layer.DNS,
    Layer.TCP,
    Layer.TLS,
    Layer.NO_ANSWER,
    Layer.EDGE_TO_ORIGIN,
    Layer.EDGE_OR_GATEWAY,
    Layer.APP_BACKEND,
    Layer.CAPACITY,
]
edges = st.frozensets(st.sampled_from(["cloudflare", "fastly", "envoy"]), max_size=2)


@st.composite
def worlds(draw, most=7, spread_s=900.0):
    """Some vendors, each fine, unknown, or with an incident or two."""
    looks = []
    for n in range(draw(st.integers(0, most))):
        blows = tuple(
            VendorIncidentView(
                f"I{n}{k}",
                draw(st.floats(0, spread_s)),
                draw(st.sampled_from(LAYERS)),
                draw(edges),
                draw(st.sampled_from(["", "", "fra"])),
                draw(st.booleans()),
                draw(st.sampled_from([False, False, True])),
            )
            for k in range(draw(st.integers(0, 2)))
        )
        fine = not blows and draw(st.booleans())
        cloud = draw(st.sampled_from(["", "aws", "gcp"]))
        looks.append(VendorView(f"s{n}", f"S{n}", draw(edges), cloud, fine, draw(st.booleans()), blows))
    return tuple(looks)


def by_incident(looks):
    return {blow.incident: (look, blow) for look in looks for blow in look.blows}


@given(worlds())
def test_nobody_is_blamed_without_evidence(looks):
    """Whatever is said to be shared is shared by two vendors at least, and by enough of those that have it."""
    known = by_incident(looks)
    for cause in found(looks):
        hits = [known[one.incident] for one in cause.struck]
        count = len({look.service for look, _ in hits})
        assert count >= LEAST
        assert not any(blow.quiet for _, blow in hits)
        if cause.kind is not CommonFactor.VANTAGE:
            assert not any(blow.vantage for _, blow in hits)
        match cause.kind:
            case CommonFactor.EDGE:
                assert all(cause.what in blow.edges and blow.layer in CAN_BE_THE_EDGE for _, blow in hits)
                assert cause.what != "envoy"
                assert count >= HALF * cause.of
            case CommonFactor.CLOUD:
                assert all(look.cloud == cause.what for look, _ in hits)
                assert count >= HALF * cause.of
            case CommonFactor.NETWORK:
                assert all(blow.layer in NETWORK_LAYERS and blow.alone for _, blow in hits)
                assert count >= max(ALIKE, MOST * sum(look.fine or bool(look.blows) for look in looks))
            case CommonFactor.VANTAGE:
                assert {blow.vantage for _, blow in hits} == {cause.what}
            case CommonFactor.FAULT:
                assert count >= ALIKE


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_vendors_does_not_matter(looks, random):
    """The same causes, under the same names."""
    mixed = list(looks)
    random.shuffle(mixed)
    assert found(mixed) == found(looks)


@given(worlds())
def test_each_incident_has_one_cause_at_most(looks):
    """None is counted twice, and none comes from nowhere."""
    named = [one.incident for cause in found(looks) for one in cause.struck]
    assert len(named) == len(set(named))
    assert set(named) <= by_incident(looks).keys()


@given(worlds())
def test_what_began_at_other_times_is_not_held_together(looks):
    """Five minutes and more between any two: nothing is said."""
    apart = [
        replace(look, blows=tuple(replace(b, began=1_000.0 * n + 10_000.0 * k) for k, b in enumerate(look.blows[:1])))
        for n, look in enumerate(looks)
    ]
    assert found(apart) == ()
    assert WITHIN_S < 1_000.0


@given(worlds(most=1))
def test_one_vendor_alone_has_nothing_in_common(looks):
    """However many incidents it has."""
    assert found(looks) == ()


@given(worlds(spread_s=200.0), worlds(spread_s=200.0))
def test_what_was_said_goes_on_under_its_name_until_it_is_over(before, after):
    """Over when fewer than two of its vendors fail; else it stands, once, and a second look changes nothing."""
    kept = followed((), before, 1_000.0)
    onward = followed(kept, after, 1_010.0)
    standing = by_incident(after).keys()
    by_id = {cause.id: cause for cause in onward}
    assert {cause.id for cause in kept} <= by_id.keys()
    for cause in kept:
        now = by_id[cause.id]
        going = {one.service for one in now.going}
        assert (now.over_at is None) == (len(going) >= LEAST)
        assert {one.incident for one in now.going} == {one.incident for one in now.struck} & standing
        assert {one.incident for one in cause.struck} <= {one.incident for one in now.struck}
    still = tuple(cause for cause in onward if cause.over_at is None)
    assert followed(still, after, 1_020.0) == still


def look(name, layer=None, edge="cloudflare", began=0.0, **more):
    """A vendor behind an edge; it fails at a layer, or is fine."""
    blow = {key: more.pop(key) for key in ("vantage", "alone", "quiet") if key in more}
    ahead = frozenset({edge} - {""})
    blows = (VendorIncidentView(name.upper(), began, layer, ahead, **blow),) if layer else ()
    return VendorView(name, name.title(), ahead, fine=not layer, blows=blows, **more)


def only(looks):
    """The one thing that they share."""
    (cause,) = found(looks)
    return cause


def test_three_behind_one_edge():
    """Cloudflare fails: its own errors, and no answer from some."""
    cause = only([
        look("claude", Layer.EDGE_TO_ORIGIN),
        look("openai", Layer.EDGE_OR_GATEWAY, began=60.0),
        look("groq", Layer.NO_ANSWER, began=120.0),
        look("gemini", edge="google"),
        look("mistral"),
    ])  # fmt: skip
    assert (cause.kind, cause.what, cause.of, cause.fine) == (CommonFactor.EDGE, "cloudflare", 4, 1)


def test_their_own_errors_do_not_speak_against_the_edge_they_came_through():
    """Everybody's application is overloaded at once: that is no edge."""
    cause = only([look("claude", Layer.CAPACITY), look("openai", Layer.APP_BACKEND), look("groq", Layer.CAPACITY)])
    assert cause.kind is CommonFactor.NOTHING


def test_most_behind_the_edge_are_fine():
    """Two of six that are behind Cloudflare: chance."""
    fine = [look(f"fine{n}") for n in range(4)]
    cause = only([look("claude", Layer.EDGE_TO_ORIGIN), look("openai", Layer.EDGE_TO_ORIGIN), *fine])
    assert cause.kind is CommonFactor.NOTHING


def test_what_fails_beside_it_is_named():
    """The fourth fails as well, but not there."""
    looks = [look(name, Layer.EDGE_TO_ORIGIN) for name in ("claude", "openai", "groq")]
    cause = only([*looks, look("gemini", Layer.APP_BACKEND, edge="google")])
    assert (cause.kind, cause.beside) == (CommonFactor.EDGE, ("Gemini",))


def test_nothing_can_be_connected_to():
    """Over different edges, from the only vantage: our own network is the first to look at."""
    looks = [look(f"s{n}", Layer.TCP, edge=f"edge{n}") for n in range(4)]
    assert only([*looks, look("well", edge="")]).kind is CommonFactor.NETWORK
    assert only([*looks, look("well", edge=""), look("fine", edge="")]).kind is CommonFactor.FAULT


def test_from_several_vantages_it_is_not_our_network():
    """They agree: the same manner of failing is all there is to say."""
    cause = only([look(f"s{n}", Layer.DNS, edge="", alone=False) for n in range(4)])
    assert (cause.kind, cause.what) == (CommonFactor.FAULT, "dns")


def test_one_vantage_only():
    """Two vendors at one place, fine elsewhere; a third one everywhere is no part of it."""
    here = [look("claude", Layer.TCP, vantage="fra"), look("openai", Layer.APP_BACKEND, vantage="fra")]
    cause = only([*here, look("groq", Layer.TCP)])
    assert (cause.kind, cause.what, cause.beside) == (CommonFactor.VANTAGE, "fra", ("Groq",))


def test_one_cloud_as_the_configuration_says():
    """Its own errors count there, for a cloud can cause any."""
    looks = [look(name, Layer.APP_BACKEND, edge="", cloud="aws") for name in ("bedrock", "pinecone")]
    cause = only([*looks, look("gemini", edge="", cloud="gcp")])
    assert (cause.kind, cause.what, cause.stated) == (CommonFactor.CLOUD, "aws", True)


def test_it_grows_and_turns_into_what_explains_more():
    """First two behind one edge, then everything: one message, under its first name."""
    two = [look("a", Layer.TCP), look("b", Layer.TCP)]
    rest = [look("c", Layer.TCP, edge="", began=100.0), look("d", Layer.TCP, edge="fastly", began=100.0)]
    (first,) = followed((), [*two, look("c", edge=""), look("d", edge="fastly")], 50.0)
    assert first.kind is CommonFactor.EDGE
    (then,) = followed((first,), [*two, *rest], 150.0)
    assert (then.kind, then.id, len(then.struck)) == (CommonFactor.NETWORK, first.id, 4)
    (over,) = followed((then,), [two[0], look("b"), look("c"), look("d")], 300.0)
    assert (over.over_at, [one.service for one in over.going]) == (300.0, ["a"])
