"""A site with one of everything that the examples of the reference name, so that each of them can be built."""

from __future__ import annotations

from caresite.testing import picture

__all__ = ["STOCK", "STOCK_PICTURES"]

CONSENT = "consent: {at: 2026-01-02, how: letter, scopes: [publish_text, publish_name, publish_company]}"
STOCK = f"""
-- caresite.yaml --
title: Stock
base_url: https://stock.example/
timezone: UTC
business: {{name: Stock, email: hello@stock.example}}
forms: {{story: {{consent: ours, backend: mailto}}, contact: {{kind: contact, backend: mailto}}}}
-- consent/ours.md --
---
purposes:
  publish_text: You may publish my words.
---
Stock, 1 High Street.
-- content/quotes/care.yaml --
- {{id: listen, text: Listen first., author: Mo Hartley, status: verified, rights: own, tags: [listening],
   source: {{title: The wall, kind: own}}}}
-- content/pages/contact.md --
---
title: Contact
---
Ring the bell.
-- content/stories/the-night-call.md --
---
title: The night call
date: 2026-02-01
summary: They rang at night.
author: {{name: Ada Quill}}
relation: customer
{CONSENT}
---
They rang at night, and somebody came.
-- content/testimonials/some.yaml --
- text: They came at five.
  author: {{name: Ada Quill}}
  date: 2026-01-03
  relation: customer
  tags: [repairs]
  {CONSENT}
"""
STOCK_PICTURES = {
    **{f"content/pages/{name}.jpg": picture(900, 600, format="JPEG") for name in ("shop", "yard", "tour")},
    "content/pages/tour.mp4": b"a film",
}
