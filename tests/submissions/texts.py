"""Texts that the spam tests judge: as customers write to a shop, and as robots and salespeople write into its form."""

from __future__ import annotations

__all__ = ["CUSTOMERS", "SPAM"]

CUSTOMERS = (
    "The boiler went on Christmas Eve. They came at seven with a part from another town and took no penny more.",
    "I had ordered the wrong size, twice. Nobody sighed. The third pair was there before the second was gone.",
    "My mother is deaf. The lady at the counter wrote everything down for her, in large letters, and drew a map.",
    "It took three weeks instead of one. But somebody rang every Friday to say so, and in the end it was right.",
    "They did not sell me a new one. They asked which way I ride and put on a longer chain.",
    "The bread was cold and so was the waiter. I shall not come again, and I have told everybody.",
    "Two stars, because the second man was rude. The first one was lovely and mended the tap in ten minutes.",
    "We moved house on the wettest day of the year. They put down sheets, carried the piano, and had towels for us.",
    "Our website was down on the morning of the sale. Tom answered at 6.15 and had it up before the shop opened.",
    "I paid twice by mistake and did not notice. They did. The money was back before my statement came.",
    "Dr. Finch rang at nine in the evening to ask how the dog was. He was asleep on my feet. So was I, nearly.",
    "A small thing: they remember that I cannot eat nuts, and keep a knife for me. I have been going for eleven years.",
    "The loan officer at the credit union sat with us for two hours and told us not to borrow. It was the best advice.",
    "They lost my order, said so at once, and sent a rider with it and a cake. See the photo: https://example.org/cake",
    "I asked for help with the form, as I do not see well. She read every question to me and waited for my answers.",
    "Great!",
    "Thank you for everything you did for my father. He spoke of you often.",
    "The course was full, so they opened another one on Saturdays, for four of us. I passed.",
    "I wanted to return the kettle after six weeks and had no receipt. “You look like kettles,” he said.",
    "They found my ring in the drain, three floors down, and refused a reward. The plumber cried more than I did.",
    "Nicht einmal gemurrt haben sie, als ich zum vierten Mal anrief. Am Abend lief die Heizung.",
    "Llegaron a las cinco, como dijeron, y no se fueron hasta que el horno estuvo caliente.",
    "My order said Tuesday and it came on Tuesday. You would not believe how rare that is. Recommended.",
    "I won a voucher in their draw last year and used it on a haircut. They treated me as if I had paid double.",
    "They replaced the battery on the spot, on a Sunday, in the rain, and showed me how to do it myself next time.",
)

SPAM = (
    "Hello, I can get your website on the first page of Google. We offer SEO, backlinks and guest posts.",
    "Increase your sales with our lead generation! Visit https://leads.example https://more.example now",
    "Dear owner, your site has no traffic. Our search engine optimization experts build 500 backlinks for $99.",
    "Buy cheap viagra and cialis online, no prescription. https://pills.example/?a=1",
    "You have been pre-approved for a loan of $400,000 at the lowest rate. Refinance today! Click here https://l.example",
    "CONGRATULATIONS YOU HAVE WON THE LOTTERY JACKPOT CLAIM NOW AT https://bit.ly/3xYz",
    "Best online casino betting bonus: 200 free slots spins. https://casino.example https://casino2.example",
    "[url=https://replica.example]replica watches[/url] rolex louis vuitton [url=https://b.example]bags[/url]",
    "Earn passive income with Bitcoin. Our crypto plan: send to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
    "I am barrister John. Your next of kin left an inheritance of 5 million. Contact western union for the wire.",
    "Hi, we are a web development company. We can redesign your website and do mobile app development.",
    "Здравствуйте! Предлагаем продвижение сайтов в поисковых системах, недорого. https://seo.example",
    "您好，我们提供网站推广服务，价格优惠，请联系我们的客服了解更多信息，谢谢合作。https://x.example",
    "hot singles in your area want to meet you, join our dating site https://t.me/hotgirls",
    "sdfkjh wqrtpl xcvbnm dfghjkl https://a.example https://b.example https://c.example https://d.example",
    "We noticed your domain authority is low. Guest post on our blog network, dofollow backlinks, cheap. opt-out: stop",
    "Office 2021 and antivirus cheap software OEM, limited time offer, order now https://soft.example",
    "Lose weight with CBD gummies! 100% free trial https://cbd.example https://cbd2.example click here",
    "Buy followers and likes for Instagram. Increase your traffic today. https://cutt.ly/abc",
    "<a href='https://x.example'>forex signals</a> <a href='https://y.example'>binary options</a> act now",
)
