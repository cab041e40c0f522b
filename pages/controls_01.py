"""The knobs and the presets of lesson 1."""

from app.i18n import T, same
from app.knobs import SEED
from app.lesson import Choice, Preset, Slider, Toggle

CONTROLS = (
    # a live run
    Slider(
        "text_tokens",
        T("tokens of your own text", "số token văn bản của bạn"),
        T(
            "How much of the new text both runs may read. The held-out tenth stays unread.",
            "Cả hai lần chạy được đọc bao nhiêu văn bản mới. Một phần mười để dành không ai đọc.",
        ),
        values=(500, 1000, 2000, 5000, 10_000, 20_000, 50_000),
    ),
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T(
            "Length of a step, for all runs. Large steps learn the new text faster and forget the old one faster.",
            "Độ dài mỗi bước, cho mọi lần chạy. Bước dài học văn bản mới nhanh hơn và quên văn bản cũ cũng nhanh hơn.",
        ),
        low=1e-4,
        high=5e-2,
        log=True,
    ),
    Choice(
        "donor",
        T("the donor has read", "mô hình cho đã đọc"),
        T(
            "Docstrings: English about Python, by the model that ships. Tales: little stories, a run of lesson 5.",
            "Docstring: tiếng Anh nói về Python, mô hình đi kèm ứng dụng. Tales: truyện nhỏ, một lần chạy của bài 5.",
        ),
        (
            ("docstrings", T("Python's docstrings", "docstring của Python")),
            ("tales-en", same("Tales (English)")),
            ("tales-vi", same("Tales (tiếng Việt)")),
        ),
    ),
    Choice(
        "corpus",
        T("your text", "văn bản của bạn"),
        T(
            "What is to be learned: Python's manual (no donor has read it), or stories.",
            "Thứ cần học: sách hướng dẫn Python (chưa mô hình cho nào đọc), hoặc truyện.",
        ),
        (
            ("manual", T("Python's manual", "sách hướng dẫn Python")),
            ("tales-en", same("Tales (English)")),
            ("tales-vi", same("Tales (tiếng Việt)")),
        ),
    ),
    Slider(
        "weight_decay",
        T("weight decay", "suy giảm trọng số"),
        T("Share of every weight that AdamW takes away, times lr.", "Phần mỗi trọng số bị AdamW lấy đi, nhân với lr."),
        low=1e-3,
        high=1,
        log=True,
        zero=True,
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("Updates of 512 next-token pairs each.", "Số lần cập nhật, mỗi lần 512 cặp token kế tiếp."),
        values=(20, 50, 100, 200, 300, 400, 600, 800),
    ),
    Toggle(
        "donor_bill",
        T("count the donor's own steps", "tính cả bước của mô hình cho"),
        T(
            "Off: the steps you pay. On: the donor's curves begin where its own training ended.",
            "Tắt: chỉ tính bước bạn trả. Bật: đường của mô hình cho bắt đầu ở chỗ chính nó huấn luyện xong.",
        ),
        default=False,
    ),
    SEED,
    # the calculator
    Slider(
        "parameters",
        T("parameters N", "tham số N"),
        T(
            "Weights that multiply. Of a mixture of experts only the active ones count.",
            "Số trọng số tham gia phép nhân. Với hỗn hợp chuyên gia (MoE) chỉ tính phần hoạt động.",
        ),
        low=1e6,
        high=2e12,
        log=True,
    ),
    Slider(
        "tokens",
        T("training tokens D", "token huấn luyện D"),
        T("Tokens read in training, repeats counted.", "Số token đọc khi huấn luyện, đọc lại cũng tính."),
        low=1e6,
        high=1e14,
        log=True,
    ),
    Toggle(
        "lock",
        T("tie D to N", "buộc D theo N"),
        T(
            "On: D is N times the tokens per parameter, whatever the slider D says.",
            "Bật: D bằng N nhân số token mỗi tham số, thanh trượt D không còn tác dụng.",
        ),
    ),
    Slider(
        "ratio",
        T("tokens per parameter", "token mỗi tham số"),
        T(
            "Used when D is tied to N. Chinchilla took 20, Llama 3 8B almost 1,900.",
            "Dùng khi buộc D theo N. Chinchilla lấy 20, Llama 3 8B gần 1,900.",
        ),
        low=1,
        high=3000,
        log=True,
    ),
    Choice(
        "hardware",
        T("accelerator", "bộ tăng tốc"),
        T(
            "Its peak (dense, 16 bit) and power as its maker states them; this machine's processor is timed on a matrix product.",
            "Tốc độ đỉnh (dày, 16 bit) và công suất theo hãng; bộ xử lý của máy này được đo bằng một phép nhân ma trận.",
        ),
        (
            ("v100", same("V100")),
            ("a100", same("A100")),
            ("h100", same("H100")),
            ("h800", same("H800")),
            ("4090", same("RTX 4090")),
            ("cpu", T("this machine's processor (measured)", "bộ xử lý của máy này (đo được)")),
        ),
    ),
    Slider(
        "mfu",
        same("MFU"),
        T(
            "Model FLOP utilisation: the share of the peak that does the model's own sums. 0 would never finish, 1 is the peak itself; published runs lie at 0.14 to 0.51.",
            "Tỉ lệ tốc độ đỉnh thật sự dùng cho phép tính của mô hình. Bằng 0 thì không bao giờ xong, 1 là chính tốc độ đỉnh; các lần đã công bố nằm trong 0.14 đến 0.51.",
        ),
        low=0.05,
        high=0.65,
        step=0.01,
    ),
    Slider(
        "gpus",
        T("number of accelerators", "số bộ tăng tốc"),
        T(
            "Divides the days, not the bill. (Large clusters lose some MFU.)",
            "Chia số ngày, không chia hóa đơn. (Cụm lớn thường mất bớt MFU.)",
        ),
        low=1,
        high=100_000,
        log=True,
    ),
    Slider(
        "price",
        T("rent", "giá thuê"),
        T(
            "Dollars for one accelerator for one hour; nobody is paid to train, so it is above 0.",
            "Đô la cho một bộ tăng tốc mỗi giờ; không ai trả tiền cho bạn để huấn luyện nên giá lớn hơn 0.",
        ),
        low=0.3,
        high=10,
        log=True,
        unit=T("$/hour", "$/giờ"),
    ),
    Choice(
        "buy",
        T("rent or own", "thuê hay mua"),
        T(
            "Rent: hours times price. Own: the part of the cluster's value used up while it runs, and the electricity.",
            "Thuê: số giờ nhân giá. Mua: phần giá trị cụm máy hao đi trong lúc chạy, cộng tiền điện.",
        ),
        (("rent", T("rent", "thuê")), ("buy", T("own", "mua"))),
    ),
    Slider(
        "chip",
        T("price of one accelerator", "giá một bộ tăng tốc"),
        T("Only when you own it.", "Chỉ dùng khi mua."),
        low=1000,
        high=50_000,
        log=True,
        unit=same("$"),
    ),
    Slider(
        "infrastructure",
        T("servers, cables, building", "máy chủ, cáp, nhà xưởng"),
        T("Dollars for each dollar of chips.", "Số đô la cho mỗi đô la tiền chip."),
        low=0,
        high=2,
        step=0.1,
        unit=T("$ per $ of chips", "$ mỗi $ chip"),
    ),
    Slider(
        "years",
        T("worth nothing after", "hết giá trị sau"),
        T("Years over which a purchase is used up.", "Số năm để khấu hao hết khoản mua."),
        low=1,
        high=6,
        step=0.5,
        unit=T("years", "năm"),
    ),
    Slider(
        "pue",
        same("PUE"),
        T(
            "Power usage effectiveness: watts the building draws per watt of computer. 1 is the best there can be; below it the building would make energy.",
            "Hệ số sử dụng điện: số watt tòa nhà tiêu thụ cho mỗi watt máy tính. 1 là tốt nhất; dưới 1 thì tòa nhà phải tự sinh ra điện.",
        ),
        low=1.0,
        high=2.0,
        step=0.01,
    ),
    Slider(
        "grid",
        T("CO2 of the electricity", "CO2 của điện"),
        T(
            "Grams of CO2 equivalent for each kWh: 57 where BLOOM was trained, about 410 behind the Llama cards.",
            "Số gam CO2 tương đương mỗi kWh: 57 ở nơi huấn luyện BLOOM, khoảng 410 theo các thẻ Llama.",
        ),
        low=10,
        high=900,
        step=1,
        unit=same("g/kWh"),
    ),
    Slider(
        "served",
        T("tokens served afterwards", "token phục vụ sau đó"),
        T(
            "Tokens read and written for users once the model is out: 2N operations each.",
            "Token đọc và viết cho người dùng khi mô hình đã ra mắt: mỗi token 2N phép tính.",
        ),
        low=1e6,
        high=1e16,
        log=True,
        zero=True,
    ),
    Choice(
        "cost_axis",
        T("drawn upwards", "trục đứng"),
        T("What the height of a point means.", "Độ cao của điểm nghĩa là gì."),
        (("dollars", T("dollars", "đô la")), ("tonnes", T("tonnes CO2", "tấn CO2"))),
    ),
    Choice(
        "fit",
        T("contours of", "đường mức của"),
        T(
            "Which published fit draws the contours. Both best lines are always there.",
            "Công thức khớp nào vẽ các đường mức. Hai đường tối ưu thì luôn hiện.",
        ),
        (("besiroglu", same("Besiroglu 2024")), ("hoffmann", same("Hoffmann 2022"))),
    ),
    # doubt
    *(
        Slider(
            f"by_{field}",
            label,
            T(
                "Nine times in ten the truth lies between the middle value divided by this and times this. 1: known exactly.",
                "Chín trên mười lần, sự thật nằm giữa giá trị giữa chia cho số này và nhân với số này. 1: biết chính xác.",
            ),
            values=(1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0, 10.0),
            unit=T("× or ÷", "× hoặc ÷"),
        )
        for field, label in (
            ("parameters", T("doubt about N", "nghi ngờ về N")),
            ("tokens", T("doubt about D", "nghi ngờ về D")),
            ("mfu", T("doubt about MFU", "nghi ngờ về MFU")),
            ("price", T("doubt about the price", "nghi ngờ về giá")),
        )
    ),
)

START = (
    Preset(
        "quick",
        T("quick: 50,000 tokens", "nhanh: 50,000 token"),
        {},
        T(
            "Three runs over the same batches. Where does the donor's curve pass what 400 steps from scratch reach?",
            "Ba lần chạy trên cùng các lô. Đường của mô hình cho vượt mức 400 bước từ đầu ở đâu?",
        ),
    ),
    Preset(
        "little",
        T("5,000 tokens", "5,000 token"),
        {"text_tokens": 5000, "steps": 200},
        T(
            "From scratch never comes near. The donor is best after 20 steps; then it learns the 5,000 tokens by heart.",
            "Từ đầu thì không bao giờ tới gần. Mô hình cho tốt nhất sau 20 bước; rồi nó học thuộc 5,000 token.",
        ),
    ),
    Preset(
        "tiny",
        T("broken: 1,000 tokens", "hỏng: 1,000 token"),
        {"text_tokens": 1000, "steps": 200},
        T(
            "Every step makes the donor worse: with so little text the best fine-tuning is none.",
            "Mỗi bước làm mô hình cho tệ đi: văn bản ít thế này thì cách tinh chỉnh tốt nhất là đừng làm gì.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.05", "hỏng: tốc độ học 0.05"),
        {"lr": 5e-2, "steps": 200},
        T(
            "Watch the first twenty steps of the donor: it forgets faster than it learns.",
            "Xem hai mươi bước đầu của mô hình cho: nó quên nhanh hơn học.",
        ),
        broken=True,
    ),
    Preset(
        "stranger",
        T("broken: a donor of another language", "hỏng: mô hình cho khác ngôn ngữ"),
        {"donor": "tales-vi"},
        T(
            "It has read Vietnamese stories only, and starts above ln V: sure of the wrong things. Is it worse than nothing after 400 steps?",
            "Nó chỉ đọc truyện tiếng Việt và xuất phát cao hơn ln V: chắc chắn về điều sai. Sau 400 bước nó có tệ hơn số không?",
        ),
        broken=True,
    ),
)
SWEEP = (
    Preset(
        "quick",
        T("quick: four sizes", "nhanh: bốn cỡ"),
        {},
        T(
            "Two lines that draw nearer to each other: the more text of your own, the less the donor is worth.",
            "Hai đường xích lại gần nhau: văn bản của bạn càng nhiều, mô hình cho càng bớt giá trị.",
        ),
    ),
    Preset(
        "stranger",
        T("broken: a donor of another language", "hỏng: mô hình cho khác ngôn ngữ"),
        {"donor": "tales-vi"},
        T("How much of the gap is left?", "Khoảng cách còn lại bao nhiêu?"),
        broken=True,
    ),
)
GPT4 = {"parameters": 2.8e11, "tokens": 1.28e13, "hardware": "a100", "mfu": 0.336, "gpus": 25_000, "price": 1.1}
COST = (
    Preset(
        "quick",
        T("quick: GPT-2's size, 20 tokens each", "nhanh: cỡ GPT-2, mỗi tham số 20 token"),
        {},
        T(
            "Three dollars. Then double N and see which numbers double.",
            "Ba đô la. Rồi nhân đôi N và xem số nào tăng gấp đôi.",
        ),
    ),
    Preset(
        "course",
        T("course: the GPT-4 estimate", "khóa học: ước tính GPT-4"),
        GPT4 | {"chip": 10_000.0, "infrastructure": 0.8},
        T(
            "25,000 chips of $10,000 and $200M around them. All inputs are rumours. Compare the price of the cluster with the price of the run; then switch to own.",
            "25,000 chip giá $10,000 và $200M xung quanh. Mọi số đều là tin đồn. So giá cụm máy với giá một lần chạy; rồi chuyển sang mua.",
        ),
    ),
    Preset(
        "llama",
        same("Llama 3.1 405B"),
        {
            "parameters": 4.06e11,
            "tokens": 1.5e13,
            "hardware": "h100",
            "mfu": 0.333,
            "gpus": 16_000,
            "grid": 414.0,
            "pue": 1.0,
        },
        T("From its card: 30.84M hours, 8,930 t.", "Theo thẻ của nó: 30.84M giờ, 8,930 tấn."),
    ),
    Preset(
        "deepseek",
        T("DeepSeek-V3: 37 of 671 billion active", "DeepSeek-V3: 37 trên 671 tỉ tham số hoạt động"),
        {"parameters": 3.7e10, "tokens": 1.48e13, "hardware": "h800", "mfu": 0.346, "gpus": 2000},
        T(
            "A mixture of experts: only the active weights multiply, so a tenth of Llama's bill.",
            "Hỗn hợp chuyên gia: chỉ trọng số hoạt động mới nhân, nên hóa đơn bằng một phần mười Llama.",
        ),
    ),
    Preset(
        "hit",
        T("a success: a hundred trillion tokens served", "thành công: phục vụ trăm nghìn tỉ token"),
        {"parameters": 7e10, "tokens": 1.5e13, "served": 1e14},
        T("Which costs more now, training or answering?", "Giờ cái nào tốn hơn, huấn luyện hay trả lời?"),
    ),
    Preset(
        "laptop",
        T("broken: GPT-2 on this machine", "hỏng: GPT-2 trên máy này"),
        {"hardware": "cpu", "gpus": 1, "tokens": 3e11},
        T("Look at the days.", "Hãy nhìn số ngày."),
        broken=True,
    ),
)
MAP = (
    Preset(
        "quick",
        T("quick: Chinchilla's budget", "nhanh: ngân sách của Chinchilla"),
        {},
        T(
            "Two fits of the same runs, two answers: how many tokens for each parameter?",
            "Hai cách khớp cùng các lần chạy, hai câu trả lời: mỗi tham số nên đọc bao nhiêu token?",
        ),
    ),
    Preset(
        "long",
        T("trained far too long on purpose", "cố ý huấn luyện thật lâu"),
        {"parameters": 8e9, "tokens": 1.5e13},
        T(
            "Llama 3 8B: far above both lines. Wasteful to train, cheap to serve ever after.",
            "Llama 3 8B: cao hơn hẳn cả hai đường. Tốn khi huấn luyện, rẻ mãi khi phục vụ.",
        ),
    ),
    Preset(
        "outside",
        T("broken: outside the fitted range", "hỏng: ngoài vùng đã khớp"),
        {"parameters": 1.24e8, "tokens": 1e6},
        T(
            "The formula would say more than a uniform guess pays: it knows nothing here, and the page says so.",
            "Công thức sẽ nói cao hơn cả đoán đều: ở đây nó không biết gì, và trang này nói thẳng.",
        ),
        broken=True,
    ),
)
DOUBT = (
    Preset(
        "quick",
        T("quick: GPT-4, by rumour", "nhanh: GPT-4, theo tin đồn"),
        {},
        T(
            "One number in the newspaper; a tenfold range behind it.",
            "Báo đăng một con số; đằng sau là một khoảng rộng gấp mười.",
        ),
    ),
    Preset(
        "card",
        T("Llama 3.1 405B, by its card", "Llama 3.1 405B, theo thẻ"),
        {
            "parameters": 4.06e11,
            "tokens": 1.5e13,
            "hardware": "h100",
            "mfu": 0.333,
            "price": 2.0,
            "by_parameters": 1.0,
            "by_tokens": 1.05,
            "by_mfu": 1.05,
            "by_price": 1.5,
        },
        T("Only the price is left in doubt.", "Chỉ còn nghi ngờ về giá."),
    ),
    Preset(
        "sure",
        T("broken: no doubt at all", "hỏng: không chút nghi ngờ"),
        {"by_parameters": 1.0, "by_tokens": 1.0, "by_mfu": 1.0, "by_price": 1.0},
        T(
            "One bar. This is what a headline pretends to know.",
            "Chỉ một cột. Đó là điều một dòng tít giả vờ biết.",
        ),
        broken=True,
    ),
)
