"""A text of one's own, from pasting it to the model that has read it."""

from tests.browser.test_walks import SLOWLY, button, settle

TEXT = "".join(
    f"On day {i} the {kind} keeper of the lighthouse counted {i % 7} ships and wrote it into a {i % 3 + 2}-page book. "
    for i in range(400)
    for kind in ("old", "young")
)


def test_a_pasted_text_is_kept_and_a_model_learns_it(page):
    page.goto("/library?lang=en&section=own")
    box = page.locator(".st-key-own_paste textarea")
    box.wait_for(timeout=SLOWLY)
    settle(page)
    box.fill(TEXT)
    box.press("Control+Enter")
    keep = button(page, "own_keep")
    page.wait_for_function("() => !document.querySelector('.st-key-own_keep button').disabled", timeout=SLOWLY)
    keep.click()
    page.locator("[data-testid=stAlert]").filter(has_text="tokens").first.wait_for(timeout=SLOWLY)
    settle(page)
    page.locator("[data-testid=stMain] [data-testid=stPageLink] a").first.click()
    page.get_by_role("heading", level=1).filter(has_text="05").wait_for(timeout=SLOWLY)
    settle(page)
    assert "l05_corpus=text-" in page.evaluate("location.href")

    page.goto(page.evaluate("location.href") + "&l05_steps=50")
    button(page, "l05_train").wait_for(timeout=SLOWLY)
    settle(page)
    button(page, "l05_train").click()
    page.get_by_text("Finished: 50 steps.").first.wait_for(timeout=60_000)
    page.get_by_text("Verdict").first.wait_for(timeout=SLOWLY)
    written = page.locator(".sample").last.inner_text()
    assert any(word in written for word in ("keeper", "ships", "day", "book", "light")), written
