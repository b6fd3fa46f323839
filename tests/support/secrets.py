"""Secrets of every shape that must never be shown."""

from hypothesis import strategies as st

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def of(length, alphabet=LETTERS):
    """Text that could be a key's body."""
    return st.text(alphabet=alphabet, min_size=length, max_size=length)


UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ234567"
SECRETS = st.one_of(
    of(40).map("sk-ant-api03-{}-AA".format),
    of(48).map("sk-{}".format),
    of(40).map("sk-proj-{}".format),
    of(64, "0123456789abcdef").map("sk-or-v1-{}".format),
    of(35).map("AIza{}".format),
    of(16, UPPER).map("AKIA{}".format),
    of(16, UPPER).map("ASIA{}".format),
    of(36).map("ghp_{}".format),
    st.tuples(of(22), of(59)).map("github_pat_{0[0]}_{0[1]}".format),
    st.tuples(of(11, "0123456789"), of(24)).map("xoxb-{0[0]}-{0[1]}".format),
    of(32).map("xapp-1-A0123-{}".format),
    st.tuples(of(23), of(6), of(27)).map("M{0[0]}.{0[1]}.{0[2]}".format),
    st.tuples(of(20), of(30), of(43)).map("eyJ{0[0]}.eyJ{0[1]}.{0[2]}".format),
    of(52).map("gsk_{}".format),
    of(34).map("hf_{}".format),
    of(40).map("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----".format),
)
