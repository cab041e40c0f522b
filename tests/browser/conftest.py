"""A server of its own and a real Chromium for the walks through the lessons."""

import os

import pytest

from app import bench

# Opened at a page's own address, Streamlit's client first looks for its server below that path: its habit, not ours.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def chromium():
    with bench.browser() as found:
        if found is None:
            if os.environ.get("PLAYGROUND_REQUIRE_BROWSER"):
                pytest.fail("PLAYGROUND_REQUIRE_BROWSER is set and no Chromium was found")
            pytest.skip("no Chromium on this machine")
        yield found


@pytest.fixture(scope="session")
def address(chromium, tmp_path_factory):
    with bench.server(str(tmp_path_factory.mktemp("store"))) as (_, where):
        bench.wait_for(where)
        yield where


@pytest.fixture
def page(chromium, address):
    """A fresh visitor with an English browser; console errors and exceptions of the page fail the test at its end."""
    context = chromium.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-US")
    page, slips = context.new_page(), []
    page.on("console", lambda m: m.type == "error" and "Failed to load resource" not in m.text and slips.append(m.text))
    page.on("response", lambda r: r.status >= 400 and not r.url.endswith(PROBES) and slips.append(r.url))
    page.on("pageerror", lambda e: slips.append(str(e)))
    page.goto("/")
    page.wait_for_selector(".st-key-first_step")
    yield page
    exceptions = page.locator("[data-testid=stException]").count()
    context.close()
    assert slips == [] and exceptions == 0
