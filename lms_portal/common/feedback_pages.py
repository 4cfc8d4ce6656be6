"""Which public pages ask whether they helped. Never one whose address holds a secret: the address is what is kept."""

FEEDBACK_PAGES = frozenset(
    {
        "front",
        "catalogue:list",
        "catalogue:course",
        "catalogue:centres",
        "catalogue:centre",
        "catalogue:month",
        "catalogue:seasons",
        "catalogue:season",
        "catalogue:how_to_refer",
        "catalogue:news_list",
        "catalogue:open_data",
        "grants:overview",
        "privacy",
        "cookies",
        "accessibility",
    }
)
