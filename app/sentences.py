"""Every refusal and every note, as a sentence with its remedy, in both languages. Core raises codes; this says them."""

import re

from app.i18n import T

SENTENCES = {
    # settings
    "unknown_experiment": T(
        "There is no experiment “{name}”. There are: {valid}.", "Không có thí nghiệm “{name}”. Hiện có: {valid}."
    ),
    "no_value": T(
        "“{field}” is no setting with a value: write field=value, with one of these fields: {valid}.",
        "“{field}” không phải thiết lập kèm giá trị: hãy viết trường=giá trị, với một trong các trường: {valid}.",
    ),
    "unknown_field": T(
        "{experiment} has no setting “{field}”. It has: {valid}.",
        "{experiment} không có thiết lập “{field}”. Có các thiết lập: {valid}.",
    ),
    "not_text": T(
        "{field} holds bytes that are no text in UTF-8. Type it again.",
        "{field} chứa byte không phải văn bản UTF-8. Hãy gõ lại.",
    ),
    "not_a_number": T("{field} = {value} is not a number.", "{field} = {value} không phải là số."),
    "out_of_range": T(
        "{field} = {value} is out of range: a {number} number from {low} to {high} is needed.",
        "{field} = {value} nằm ngoài khoảng: cần một số {number} từ {low} đến {high}.",
    ),
    "empty": T(
        "“{field}” is empty. Type something, for example one of: {valid}.",
        "“{field}” đang trống. Hãy gõ gì đó, ví dụ một trong: {valid}.",
    ),
    "not_a_choice": T("{field} = {value} is not one of: {valid}.", "{field} = {value} không thuộc: {valid}."),
    "heads_do_not_divide": T(
        "{heads} heads do not divide the width {width}. Choose another number of heads, or width {near}.",
        "Độ rộng {width} không chia hết cho {heads} đầu chú ý. Hãy chọn số đầu khác, hoặc độ rộng {near}.",
    ),
    "wrong_parent": T(
        "This continues a {wanted} run; {given} was given.",
        "Bước này đi tiếp từ một lần chạy {wanted}; bạn đưa {given}.",
    ),
    "no_lessons": T(
        "No lesson can be read: {error}. Is this the Python of .venv (. .venv/bin/activate), with what requirements.txt names?",
        "Không đọc được bài học nào: {error}. Đây có phải Python của .venv (. .venv/bin/activate), đã cài requirements.txt chưa?",
    ),
    "no_device": T(
        "There is no {device} here: {reason}. Leave it out, or write device=cpu.",
        "Ở đây không có {device}: {reason}. Hãy bỏ đi, hoặc viết device=cpu.",
    ),
    "unknown_lesson": T(
        "There is no lesson {number} here. There are: {valid}.", "Ở đây không có bài {number}. Hiện có: {valid}."
    ),
    # texts and tokenizers
    "unknown_corpus": T(
        "There is no text called “{name}”. Choose one of: {valid}.",
        "Không có văn bản nào tên “{name}”. Hãy chọn một trong: {valid}.",
    ),
    "pool_empty": T(
        "The rules leave no page to learn from. The first one to loosen is “{rule}”: alone it removes the most.",
        "Các quy tắc không để lại trang nào để học. Hãy nới “{rule}” trước: một mình nó loại nhiều nhất.",
    ),
    "no_labels": T(
        "Nobody has labelled the pages of {name}: the clean arm exists on the simulated web only.",
        "Không ai gắn nhãn các trang của {name}: nhánh sạch chỉ có trên web mô phỏng.",
    ),
    "text_missing": T(
        "This link needs the text {name}, which is not on this machine. Upload the same file and it will work.",
        "Liên kết này cần văn bản {name}, nhưng máy này chưa có. Hãy tải lên đúng tệp đó rồi thử lại.",
    ),
    "text_damaged": T(
        "The stored text {name} was changed or damaged ({path}). Upload it again.",
        "Văn bản đã lưu {name} bị sửa hoặc hỏng ({path}). Hãy tải lên lại.",
    ),
    "text_empty": T("This text is empty. Nothing was kept.", "Văn bản này trống. Không có gì được lưu."),
    "text_short": T(
        "This text has {characters:,} characters; at least {needed:,} are needed to learn anything.",
        "Văn bản này có {characters:,} ký tự; cần ít nhất {needed:,} ký tự mới học được.",
    ),
    "text_too_large": T(
        "This file has {bytes:,} bytes; the limit is {limit:,}.",
        "Tệp này nặng {bytes:,} byte; giới hạn là {limit:,} byte.",
    ),
    "text_binary": T(
        "This file is not plain text. Save it as .txt (UTF-8) and try again.",
        "Tệp này không phải văn bản thuần. Hãy lưu dưới dạng .txt (UTF-8) rồi thử lại.",
    ),
    # novels, web pages, own languages
    "unknown_book": T("There is no book “{name}”. There are: {valid}.", "Không có sách “{name}”. Hiện có: {valid}."),
    "book_missing": T(
        "“{title}” is not on this machine. “Texts and weights” downloads it ({bytes:,} bytes), or save "
        "{address} as {file} "
        "in {folder}. Until then the built-in texts take its place: Tales, Python's manual.",
        "Máy này chưa có “{title}”. Trang “Văn bản và trọng số” tải về được ({bytes:,} byte), hoặc bạn lưu "
        "{address} thành "
        "{file} trong {folder}. Trong lúc chờ, hãy dùng văn bản có sẵn: Tales, sách hướng dẫn Python.",
    ),
    "book_wrong": T(
        "{address} answered, but not with “{title}”. Nothing was kept; a network that asks for a login sends "
        "its own page "
        "like this.",
        "{address} có trả lời, nhưng không phải “{title}”. Không có gì được giữ; mạng đòi đăng nhập thường "
        "gửi trang của "
        "chính nó như vậy.",
    ),
    "book_damaged": T(
        "{path} is not “{title}”, or only part of it. Look at it, delete it, and download it again.",
        "{path} không phải “{title}”, hoặc chỉ là một phần. Hãy xem lại, xóa đi rồi tải lại.",
    ),
    "fineweb_missing": T(
        "FineWeb is not on this machine. “Texts and weights” streams its first documents from {address}; a "
        "parquet file "
        "with its columns can also be put into {folder} as {file}. Until then Python's documentation takes its place.",
        "Máy này chưa có FineWeb. Trang “Văn bản và trọng số” tải các tài liệu đầu từ {address}; bạn cũng có "
        "thể đặt một "
        "tệp parquet có các cột ấy vào {folder} với tên {file}. Trong lúc chờ, tài liệu của Python được dùng thay.",
    ),
    "fineweb_offline": T(
        "This machine is offline, so {address} cannot be reached. Online, try again; or put a parquet file "
        "with FineWeb's "
        "columns into {folder} as {file}. Until then Python's documentation takes its place.",
        "Máy này không có mạng nên không tới được {address}. Khi có mạng hãy thử lại; hoặc đặt một tệp "
        "parquet có các cột "
        "của FineWeb vào {folder} với tên {file}. Trong lúc chờ, tài liệu của Python được dùng thay.",
    ),
    "fineweb_refused": T(
        "{address} could not be read: {reason}. The documents that had arrived are kept.",
        "Không đọc được {address}: {reason}. Các tài liệu đã tải vẫn được giữ.",
    ),
    "documents_large": T(
        "This file has {bytes:,} bytes; the limit is {limit:,}. A few thousand documents are plenty here.",
        "Tệp này có {bytes:,} byte; giới hạn là {limit:,}. Ở đây vài nghìn tài liệu là đủ.",
    ),
    "documents_foreign": T(
        "This is neither parquet nor JSON lines, whatever its name says. Nothing was kept. A parquet file begins with PAR1.",
        "Đây không phải parquet hay JSON lines, dù tên tệp là gì. Không có gì được giữ. Tệp parquet bắt đầu bằng PAR1.",
    ),
    "documents_damaged": T(
        "This file cannot be read ({reason}). Nothing was kept.",
        "Không đọc được tệp này ({reason}). Không có gì được giữ.",
    ),
    "documents_no_text": T(
        "These documents have no column “text” with words in it. There are: {columns}. Nothing was kept.",
        "Các tài liệu này không có cột “text” chứa chữ. Có các cột: {columns}. Không có gì được giữ.",
    ),
    "documents_line": T(
        "Line {line} is not JSON ({reason}). A .jsonl file has one object a line. Nothing was kept.",
        "Dòng {line} không phải JSON ({reason}). Tệp .jsonl có một đối tượng mỗi dòng. Không có gì được giữ.",
    ),
    "tale_missing": T(
        "This link needs the story language {name}, which is not on this machine. Type the same template and "
        "it will work.",
        "Liên kết này cần ngôn ngữ truyện {name}, nhưng máy này chưa có. Hãy gõ đúng mẫu truyện ấy rồi thử lại.",
    ),
    "tale_empty": T(
        "Type a story with at least one {{slot: a / b}}.", "Hãy gõ một truyện có ít nhất một {{ô: a / b}}."
    ),
    "tale_long": T(
        "This line has {characters:,} characters; {limit:,} are possible.",
        "Dòng này có {characters:,} ký tự; tối đa {limit:,}.",
    ),
    "tale_lines": T(
        "{lines} stories are too many: at most {limit}, one a line.",
        "{lines} truyện là quá nhiều: tối đa {limit}, mỗi dòng một truyện.",
    ),
    "tale_brace": T(
        "A brace has no partner near “{near}”. Slots look like {{who: fox / bear}}.",
        "Có dấu ngoặc nhọn lẻ gần “{near}”. Ô được viết như {{ai: cáo / gấu}}.",
    ),
    "tale_slot": T(
        "“{slot}” is not a slot. One is written {{who: fox / bear}}, {{who}}, or {{she <- who: it / it}}.",
        "“{slot}” không phải một ô. Ô được viết {{ai: cáo / gấu}}, {{ai}}, hoặc {{nó <- ai: nó / bác}}.",
    ),
    "tale_values": T(
        "{{{slot}}} has {values} different values; {least} to {most} are needed.",
        "{{{slot}}} có {values} giá trị khác nhau; cần từ {least} đến {most}.",
    ),
    "tale_weight": T(
        "`{value}` in {{{slot}}} is not a value with a weight. Write `bear`, or `bear*3` for three times as often.",
        "`{value}` trong {{{slot}}} không phải giá trị kèm trọng số. Hãy viết `gấu`, hoặc `gấu*3` để hay gặp gấp ba.",
    ),
    "tale_undefined": T(
        "{{{slot}}} is said before it has values. The first time, write {{{slot}: a / b}}.",
        "{{{slot}}} được dùng trước khi có giá trị. Lần đầu hãy viết {{{slot}: a / b}}.",
    ),
    "tale_twice": T(
        "{{{slot}}} gets values twice. Later just write {{{slot}}}, or use another name.",
        "{{{slot}}} được gán giá trị hai lần. Lần sau chỉ cần viết {{{slot}}}, hoặc dùng tên khác.",
    ),
    "tale_map": T(
        "{{{slot}}} follows {{{other}}} and needs {needed} values in the same order; it has {values}.",
        "{{{slot}}} theo {{{other}}} nên cần {needed} giá trị theo cùng thứ tự; hiện có {values}.",
    ),
    "tale_slots": T(
        "A story needs {least} to {most} slots with values; this one has {slots}.",
        "Một truyện cần từ {least} đến {most} ô có giá trị; truyện này có {slots}.",
    ),
    "tale_glued": T(
        "“{near}” sticks together. A slot must be a word of its own, followed by a space, a full stop or a comma.",
        "“{near}” dính vào nhau. Ô phải là một từ riêng, theo sau là dấu cách, dấu chấm hoặc dấu phẩy.",
    ),
    "tale_short": T(
        "A story of {words} words is too short; at least {needed}.",
        "Truyện {words} từ là quá ngắn; ít nhất {needed} từ.",
    ),
    "tale_prefix": T(
        "In {{{slot}}} one value begins like another (bear, bear cub): while it is being said nobody could "
        "know which it is. "
        "Change one of them.",
        "Trong {{{slot}}} có giá trị bắt đầu giống giá trị khác (gấu, gấu con): đang đọc dở thì không ai "
        "biết là cái nào. "
        "Hãy đổi một trong hai.",
    ),
    "tale_same": T(
        "Lines {first} and {second} can tell the same story word for word, so the text does not say which of them told it. "
        "Make them differ in one word, or give weights inside a slot (fox*2).",
        "Dòng {first} và dòng {second} có thể kể ra cùng một truyện, từng chữ một, nên văn bản không cho biết dòng nào đã kể. "
        "Hãy cho chúng khác nhau một từ, hoặc đặt trọng số trong ô trống (cáo*2).",
    ),
    "tale_rich": T(
        "Too much has to be remembered for exact floors. Use fewer slots, fewer values, or repeat fewer of them.",
        "Phải nhớ quá nhiều nên không tính được mức sàn chính xác. Hãy bớt ô, bớt giá trị, hoặc bớt chỗ lặp lại.",
    ),
    "unknown_tokenizer": T(
        "There is no tokenizer called “{name}”. Choose one of: {valid}.",
        "Không có bộ tách token nào tên “{name}”. Hãy chọn một trong: {valid}.",
    ),
    "words_needs_tales": T(
        "The tokenizer “words of Tales” (words) knows only those. For this text choose byte pairs (bpe) or bytes.",
        "Bộ tách token “từ của Tales” (words) chỉ biết các từ đó. Với văn bản này, hãy chọn cặp byte (bpe) hoặc byte "
        "(bytes).",
    ),
    "tokenizer_damaged": T(
        "The built-in tokenizer file is damaged: {path}. Get it again from the repository.",
        "Tệp của bộ tách token có sẵn bị hỏng: {path}. Hãy lấy lại từ kho mã nguồn.",
    ),
    "gpt2_missing": T(
        "GPT-2's vocabulary is not on this machine. Download it under “Texts and weights”, or put {address} "
        "({bytes:,} bytes) into {folder} as {file}; until then choose byte pairs (bpe).",
        "Máy này chưa có bộ từ vựng của GPT-2. Hãy tải ở trang “Văn bản và trọng số”, hoặc đặt {address} "
        "({bytes:,} byte) vào {folder} với tên {file}; trong lúc chờ hãy chọn cặp byte (bpe).",
    ),
    "gpt2_damaged": T(
        "{path} ({bytes:,} bytes) is not GPT-2's vocabulary, or only part of it. It was left alone; download a good "
        "one under “Texts and weights”.",
        "{path} ({bytes:,} byte) không phải từ vựng GPT-2 hoặc chỉ là một phần. Tệp vẫn được giữ nguyên; hãy tải bản "
        "tốt ở trang “Văn bản và trọng số”.",
    ),
    "text_is_shorter": T(
        "You asked for {asked:,} tokens; the training part of this text has {tokens:,}. All of them are read.",
        "Bạn xin {asked:,} token; phần huấn luyện của văn bản này chỉ có {tokens:,}. Mô hình đọc tất cả.",
    ),
    "too_few_tokens": T(
        "The text has {tokens:,} tokens; one window needs {needed:,}. Use a longer text or a shorter context.",
        "Văn bản có {tokens:,} token; một cửa sổ cần {needed:,}. Hãy dùng văn bản dài hơn hoặc ngữ cảnh ngắn hơn.",
    ),
    "no_distributed": T(
        "This PyTorch was built without gloo, the library its processes talk through: one process alone works. A PyTorch from pip for Linux or macOS has it.",
        "Bản PyTorch này không có gloo, thư viện để các tiến trình nói chuyện với nhau: một tiến trình riêng lẻ vẫn chạy được. Bản PyTorch cài bằng pip cho Linux hoặc macOS có gloo.",
    ),
    "processes_failed": T(
        "The processes stopped: {reason}. Nothing else is touched. Press Train to try once more, or take fewer processes.",
        "Các tiến trình đã dừng: {reason}. Những thứ khác không bị ảnh hưởng. Hãy bấm Huấn luyện để thử lại, hoặc dùng ít tiến trình hơn.",
    ),
    "rows_too_few": T(
        "This text has {rows} rows; at least 2 are needed to cut a test set off. Take a longer text, or one with more lines.",
        "Văn bản này có {rows} dòng; cần ít nhất 2 dòng mới tách được tập kiểm thử. Hãy chọn văn bản dài hơn hay nhiều dòng hơn.",
    ),
    "split_empty": T(
        "This split leaves {train:,} training and {test:,} test windows of {windows:,}: one side is empty. Take a larger share, longer blocks, or a smaller gap, stride or context.",
        "Cách chia này để lại {train:,} cửa sổ huấn luyện và {test:,} cửa sổ kiểm thử trong {windows:,}: một bên trống. Hãy tăng tỉ lệ kiểm thử hoặc độ dài khối, hay giảm khoảng trống, bước nhảy hoặc ngữ cảnh.",
    ),
    "no_token_has": T(
        "No token contains {letters}. These letters work: {works}.",
        "Không token nào chứa {letters}. Các chữ dùng được: {works}.",
    ),
    "every_token_has": T(
        "Every token contains {letters}: there is nothing to prefer. Choose something rarer.",
        "Token nào cũng chứa {letters}: không có gì để thiên vị. Hãy chọn thứ hiếm hơn.",
    ),
    # losses of one's own
    "expression_empty": T(
        "Type a loss first: a rule for the error e, such as `abs(e)**1.5`.",
        "Hãy gõ một loss trước: một công thức theo sai số e, ví dụ `abs(e)**1.5`.",
    ),
    "expression_too_long": T(
        "This loss has {length} characters; at most {limit} are read. Make it shorter.",
        "Loss này dài {length} ký tự; chỉ đọc tối đa {limit}. Hãy viết ngắn lại.",
    ),
    "expression_syntax": T(
        "`{text}` is not a complete formula. Check the brackets; a power is written `e**2`.",
        "`{text}` chưa phải một công thức trọn vẹn. Hãy xem lại dấu ngoặc; lũy thừa viết là `e**2`.",
    ),
    "expression_name": T(
        "Unknown name `{name}`: use `e` for the error, prediction minus target.",
        "Không có tên `{name}`: hãy dùng `e` cho sai số, tức dự đoán trừ đích.",
    ),
    "expression_call": T(
        "There is no function `{name}` here. There are: {valid}.", "Ở đây không có hàm `{name}`. Có các hàm: {valid}."
    ),
    "expression_arity": T(
        "`{name}` wants {wanted} values in its brackets, and {given} are there.",
        "`{name}` cần {wanted} giá trị trong ngoặc, ở đây có {given}.",
    ),
    "expression_part": T(
        "`{text}` may not stand in a loss here. Use e, numbers, + - * / **, comparisons and the functions named beside the box.",
        "`{text}` không được dùng trong loss ở đây. Hãy dùng e, số, + - * / **, phép so sánh và các hàm ghi cạnh ô nhập.",
    ),
    "loss_not_scalar": T(
        "This loss returns {values} numbers, one per value, and PyTorch refuses: “grad can be implicitly created only for "
        "scalar outputs”. One number is needed: take the mean or the sum.",
        "Loss này trả về {values} số, mỗi giá trị một số, và PyTorch từ chối: “grad can be implicitly created only for "
        "scalar outputs”. Phải là một số duy nhất: hãy lấy trung bình hoặc tổng.",
    ),
    "loss_not_finite": T(
        "At the start (e = {e}) this loss or its slope is not a number, so there is no direction to go. Look for a "
        "division by 0, or a log or root of what is not above 0.",
        "Ở điểm xuất phát (e = {e}), loss này hoặc độ dốc của nó không phải là số nên không biết đi hướng nào. Hãy tìm "
        "chỗ chia cho 0, hoặc log hay căn của số không dương.",
    ),
    "loss_value_not_finite": T(
        "At the start (e = {e}) this loss is not a number, but its slope is: the weight has a direction to go, and no loss "
        "says how well it does. Keep log and sqrt away from negative values, and do not divide by 0.",
        "Ở điểm xuất phát (e = {e}), loss này không phải là số nhưng độ dốc thì vẫn là số: trọng số có hướng để đi, mà không "
        "có loss nào cho biết nó đi tốt đến đâu. Đừng để log và sqrt gặp giá trị âm, cũng đừng chia cho 0.",
    ),
    "loss_flat": T(
        "The slope of this loss is 0 everywhere: nothing will ever move. It has to depend on e.",
        "Độ dốc của loss này bằng 0 ở mọi nơi: sẽ không có gì chuyển động. Nó phải phụ thuộc vào e.",
    ),
    "loss_no_minimum": T(
        "This loss has no minimum: in one direction it falls for ever. Watch where the weight goes.",
        "Loss này không có cực tiểu: về một phía nó giảm mãi. Hãy xem trọng số đi đâu.",
    ),
    "loss_off_target": T(
        "The lowest point of this loss is at e = {e}, not at 0: the weight is drawn beside the target.",
        "Điểm thấp nhất của loss này ở e = {e}, không phải 0: trọng số bị kéo lệch khỏi đích.",
    ),
    "loss_stuck": T(
        "At the start (e = {e}) the slope is 0, though the loss is lower elsewhere: the weight stays where it is.",
        "Ở điểm xuất phát (e = {e}) độ dốc bằng 0, dù chỗ khác loss thấp hơn: trọng số đứng yên.",
    ),
    "no_token_left": T(
        "All {vocabulary:,} tokens are banned: no token is left to draw. Ban fewer of them.",
        "Cả {vocabulary:,} token đều bị cấm: không còn token nào để rút. Hãy cấm bớt đi.",
    ),
    "label_out_of_range": T(
        "There is no class {label}: PyTorch says “IndexError: Target {label} is out of bounds.” With {classes} classes, "
        "labels run from 0 to {last}.",
        "Không có lớp {label}: PyTorch báo “IndexError: Target {label} is out of bounds.” Với {classes} lớp, nhãn chạy từ "
        "0 đến {last}.",
    ),
    # weights
    "unknown_source": T(
        "There are no weights called “{name}”. Choose one of: {valid}.",
        "Không có bộ trọng số nào tên “{name}”. Hãy chọn một trong: {valid}.",
    ),
    "wider_than_donor": T(
        "Width {width} is more than the donor's {donor} columns: principal directions have nothing to add. Take at most {donor}, or the random projection.",
        "Độ rộng {width} lớn hơn {donor} cột của mô hình cho: các hướng chính không còn gì để thêm. Hãy chọn tối đa {donor}, hoặc phép chiếu ngẫu nhiên.",
    ),
    "head_does_not_fit": T(
        "The donor's output layer reads {donor} numbers a token, this model has {width}. Set the width to {donor}, or start with a random output layer.",
        "Tầng ra của mô hình cho đọc {donor} số mỗi token, mô hình này có {width}. Hãy đặt độ rộng {donor}, hoặc bắt đầu với tầng ra ngẫu nhiên.",
    ),
    "no_host": T(
        "The training and the test part of this text have no token in common, so no word's place can be taken. Choose another text.",
        "Phần huấn luyện và phần kiểm thử của văn bản này không có token chung, nên không thể thế chỗ từ nào. Hãy chọn văn bản khác.",
    ),
    "nothing_to_train": T(
        "Embedding and output layer are both frozen, to the end or at the beginning: no parameter is left to train. Free one of "
        "the two.",
        "Cả embedding lẫn tầng ra đều bị đóng băng, đến hết hoặc lúc đầu: không còn tham số nào để huấn luyện. Hãy thả một "
        "trong hai.",
    ),
    "rows_matched": T(
        "{matched:,} of the {vocabulary:,} tokens exist in the donor's vocabulary and get its rows; the others start as noise of the same spread.",
        "{matched:,} trong {vocabulary:,} token có trong từ vựng của mô hình cho và nhận hàng của nó; số còn lại bắt đầu bằng nhiễu cùng độ phân tán.",
    ),
    "keep_beyond_text": T(
        "You asked for {keep:,} training tokens; the text has {tokens:,}, and all of them are used.",
        "Bạn muốn {keep:,} token huấn luyện; văn bản có {tokens:,}, và tất cả đều được dùng.",
    ),
    "revision_missing": T(
        "The cache of {repo} has no revision “{revision}”. It has: {valid}. A branch can be deleted; a commit's hash "
        "that was downloaded stays.",
        "Bộ nhớ đệm của {repo} không có phiên bản “{revision}”. Hiện có: {valid}. Nhánh có thể bị xóa; còn mã băm của "
        "commit đã tải về thì vẫn ở đó.",
    ),
    "repo_file_missing": T(
        "{repo} has no file {file} at this commit. It has: {valid}.",
        "Ở commit này {repo} không có tệp {file}. Hiện có: {valid}.",
    ),
    "pickle_strange": T(
        "This is neither a pickle nor a PyTorch file ({reason}). It was only read, never opened.",
        "Đây không phải pickle, cũng không phải tệp PyTorch ({reason}). Tệp chỉ được đọc, không hề được mở.",
    ),
    "rows_fewer": T(
        "This text has {rows:,} rows, not {asked:,}: all of them are used.",
        "Văn bản này chỉ có {rows:,} dòng, không phải {asked:,}: dùng hết.",
    ),
    "weights_needed": T(
        "GPT-2's weights are not on this machine. Download them under “Texts and weights”, or put model.safetensors "
        "({bytes:,} bytes) from {address} into {folder}. Until then the house model takes their place.",
        "Máy này chưa có trọng số của GPT-2. Hãy tải ở trang “Văn bản và trọng số”, hoặc lấy model.safetensors "
        "({bytes:,} byte) từ {address} rồi đặt vào {folder}. Trong lúc chờ, mô hình có sẵn đứng vào chỗ đó.",
    ),
    "weights_missing": T(
        "There is no file at {path}. Check the path, or whether the disk it lies on is plugged in.",
        "Không có tệp nào ở {path}. Hãy kiểm tra đường dẫn, hoặc ổ đĩa chứa nó đã cắm chưa.",
    ),
    "weights_unreadable": T(
        "{path} cannot be read ({reason}). Check that you may open it.",
        "Không đọc được {path} ({reason}). Hãy kiểm tra quyền mở tệp.",
    ),
    "weights_empty": T(
        "{path} is empty: a download that never began. Delete it and get the file again.",
        "{path} là tệp rỗng: lần tải chưa hề bắt đầu. Hãy xóa và tải lại.",
    ),
    "weights_html": T(
        "{path} is a web page, not weights: the browser saved the page about the file. Use the page's download button, "
        "or the address with /resolve/ in it.",
        "{path} là một trang web, không phải trọng số: trình duyệt đã lưu trang giới thiệu tệp. Hãy dùng nút tải "
        "trên trang, "
        "hoặc địa chỉ có /resolve/.",
    ),
    "weights_pointer": T(
        "{path} is only git-lfs's note about where the weights are. Run “git lfs pull” in that folder, or download "
        "the file.",
        "{path} chỉ là mẩu ghi chú của git-lfs cho biết trọng số ở đâu. Hãy chạy “git lfs pull” trong thư mục đó, "
        "hoặc tải tệp về.",
    ),
    "weights_pickle": T(
        "{path} is a pickle (PyTorch's old format). Opening one can run any program it carries, so it was not "
        "opened. Get "
        "model.safetensors from the same place.",
        "{path} là tệp pickle (định dạng cũ của PyTorch). Mở nó có thể chạy bất cứ chương trình nào nằm trong đó, "
        "nên nó không "
        "được mở. Hãy lấy model.safetensors ở cùng chỗ.",
    ),
    "weights_strange": T(
        "{path} is not a safetensors file, or its header is damaged. Get it again.",
        "{path} không phải tệp safetensors, hoặc phần đầu tệp đã hỏng. Hãy lấy lại tệp.",
    ),
    "weights_truncated": T(
        "{path} was cut off: it has {bytes:,} bytes and should have {expected:,}. Get it again; nothing was deleted.",
        "{path} bị cắt ngang: có {bytes:,} byte, lẽ ra phải có {expected:,}. Hãy lấy lại; không có gì bị xóa.",
    ),
    "weights_key": T(
        "{path} has no tensor “{name}” (it has “{has}”): these are the weights of another model, or some are missing. "
        "GPT-2's model.safetensors is needed.",
        "{path} không có tensor “{name}” (nó có “{has}”): đây là trọng số của mô hình khác, hoặc bị thiếu. "
        "Cần tệp model.safetensors của GPT-2.",
    ),
    "weights_key_strange": T(
        "{path} has a tensor “{name}” that no GPT-2 has: these are the weights of another model. GPT-2's "
        "model.safetensors is needed.",
        "{path} có tensor “{name}” mà không GPT-2 nào có: đây là trọng số của mô hình khác. Cần tệp "
        "model.safetensors của GPT-2.",
    ),
    "weights_shape": T(
        "“{name}” in {path} is {found}; {expected} is needed. It may be a larger or smaller GPT-2: the one with "
        "124 million "
        "parameters fits.",
        "“{name}” trong {path} có cỡ {found}; cần {expected}. Có thể đó là một GPT-2 lớn hơn hoặc nhỏ hơn: cần bản "
        "124 triệu "
        "tham số.",
    ),
    "weights_dtype": T(
        "“{name}” in {path} is stored as {dtype}, which holds no plain real numbers (perhaps it was quantised). "
        "Get the float32 file.",
        "“{name}” trong {path} được lưu dạng {dtype}, không phải số thực thông thường (có thể đã bị lượng tử hóa). "
        "Hãy lấy tệp float32.",
    ),
    "weights_hash": T(
        "{path} fits GPT-2 by names and shapes, but is not the original byte for byte: its SHA-256 starts with "
        "{found:.12}, not {expected:.12}. Fine if you fine-tuned it yourself; else get it again.",
        "{path} khớp GPT-2 về tên và cỡ tensor, nhưng không giống bản gốc từng byte: SHA-256 bắt đầu bằng {found:.12}, "
        "không phải {expected:.12}. Không sao nếu chính bạn đã tinh chỉnh; nếu không, hãy lấy lại.",
    ),
    "house_damaged": T(
        "A file of the house model is missing or was changed: {path}. Get it again from the repository, or run "
        "“make house-model”.",
        "Một tệp của mô hình có sẵn bị thiếu hoặc đã bị sửa: {path}. Hãy lấy lại từ kho mã nguồn, hoặc chạy “make "
        "house-model”.",
    ),
    "docstrings_missing": T(
        "This Python has no source files in {folder}, so there are no docstrings to read.",
        "Bản Python này không có mã nguồn trong {folder}, nên không có docstring để đọc.",
    ),
    # downloads
    "download_unreachable": T(
        "{address} cannot be reached ({reason}). Is this machine online? What had arrived is kept.",
        "Không kết nối được tới {address} ({reason}). Máy này có mạng không? Phần đã tải vẫn được giữ.",
    ),
    "download_slow": T(
        "{address} sent nothing for {seconds} seconds. What had arrived is kept: try again and it goes on from there.",
        "{address} không gửi gì suốt {seconds} giây. Phần đã tải được giữ lại: thử lại là tải tiếp từ chỗ đó.",
    ),
    "download_refused": T(
        "{address} answered with status {status} instead of the file. Try later, or put the file there by hand.",
        "{address} trả về mã {status} thay vì tệp. Hãy thử lại sau, hoặc tự đặt tệp vào chỗ.",
    ),
    "download_cut": T(
        "The connection to {address} broke after {bytes:,} of {total:,} bytes. They are kept: try again and it goes "
        "on from there.",
        "Kết nối tới {address} bị đứt sau {bytes:,} trong {total:,} byte. Phần này được giữ lại: thử lại là tải tiếp "
        "từ chỗ đó.",
    ),
    "download_wrong": T(
        "What {address} sent is not the file expected ({found} instead of {expected}). It was not kept; a network "
        "that asks "
        "for a login sends its own page like this.",
        "Thứ {address} gửi về không phải tệp cần tìm ({found} thay vì {expected}). Nó không được giữ; mạng đòi "
        "đăng nhập "
        "thường gửi trang của chính nó như vậy.",
    ),
    "download_no_ranges": T(
        "{address} cannot send a part of a file, only all of it.",
        "{address} không gửi được một phần tệp, chỉ gửi được cả tệp.",
    ),
    "download_cancelled": T(
        "Stopped. The {bytes:,} bytes that had arrived are kept: start again and it goes on from there.",
        "Đã dừng. {bytes:,} byte đã tải được giữ lại: bắt đầu lại là tải tiếp từ chỗ đó.",
    ),
    "download_busy": T("{path} is being downloaded already.", "{path} đang được tải rồi."),
    "no_room": T(
        "{needed:,} bytes are needed and {free:,} are free at {path}. Make room, or set PLAYGROUND_HOME to a larger disk.",
        "Cần {needed:,} byte mà {path} chỉ còn trống {free:,}. Hãy giải phóng chỗ, hoặc đặt PLAYGROUND_HOME sang ổ "
        "đĩa lớn hơn.",
    ),
    # files and runs
    "disk_full": T(
        "The disk is full; {path} could not be saved. What was there is unchanged. Make room, then resume.",
        "Ổ đĩa đã đầy; không lưu được {path}. Những gì đã có vẫn còn nguyên. Hãy giải phóng chỗ rồi chạy tiếp.",
    ),
    "read_only": T(
        "{path} cannot be written. Set PLAYGROUND_HOME to a folder you may write to.",
        "Không ghi được vào {path}. Hãy đặt PLAYGROUND_HOME tới một thư mục ghi được.",
    ),
    "snapshot_damaged": T(
        "The saved state of {run} was damaged; the run starts again from step 0. Its curve is kept.",
        "Trạng thái đã lưu của {run} bị hỏng; lần chạy bắt đầu lại từ bước 0. Đường cong cũ vẫn còn.",
    ),
    "log_cut": T(
        "The record of this run had been cut short, so it starts again from step 0; the numbers come out the same.",
        "Nhật ký của lần chạy này bị cắt cụt nên nó bắt đầu lại từ bước 0; các con số ra vẫn như cũ.",
    ),
    "config_damaged": T(
        "What {run} was asked to train cannot be read any more (config.json is damaged). Its curve is kept; train these "
        "settings again for a run that can go on.",
        "Không đọc được thiết lập của {run} nữa (config.json bị hỏng). Đường cong vẫn còn; hãy huấn luyện lại với thiết lập "
        "này để có lần chạy tiếp tục được.",
    ),
    "resumed": T(
        "Interrupted, and taken up again at step {step}. The result is the same as without the interruption.",
        "Bị ngắt quãng, đã chạy tiếp từ bước {step}. Kết quả giống hệt như không bị ngắt.",
    ),
    "crashed_repeatedly": T(
        "The process died {times} times at this run, so it was given up. Try a smaller model or batch.",
        "Tiến trình đã chết {times} lần ở lần chạy này nên dừng hẳn. Hãy thử mô hình hoặc lô nhỏ hơn.",
    ),
    "parent_missing": T(
        "The run it starts from ({run}) has not finished, has diverged or was cleared. Train that one first; if it diverged, "
        "with a tenth of its learning rate.",
        "Lần chạy gốc ({run}) chưa xong, đã phân kỳ hoặc đã bị xóa. Hãy huấn luyện nó trước; nếu nó phân kỳ, hãy dùng một "
        "phần mười tốc độ học.",
    ),
    "internal": T(
        "Something in the program went wrong: {error}. Your other runs are untouched; the run's folder keeps the details.",
        "Chương trình gặp trục trặc: {error}. Các lần chạy khác không ảnh hưởng; chi tiết nằm trong thư mục của lần chạy.",
    ),
    # notes
    "prompt_cropped": T(
        "The prompt was longer than the context: of its tokens the model saw only the last {kept}.",
        "Câu mồi dài hơn ngữ cảnh: mô hình chỉ thấy {kept} token cuối.",
    ),
    "unknown_words": T("Words this tokenizer does not know: {words}.", "Từ mà bộ tách token này không biết: {words}."),
    "no_unused": T(
        "Every one of the {vocabulary:,} tokens occurs in these {tokens:,} tokens of text: none is unused. Keep less of the text, or take a tokenizer with more tokens.",
        "Cả {vocabulary:,} token đều xuất hiện trong {tokens:,} token của văn bản này: không có token không dùng. Hãy giữ ít văn bản hơn, hoặc chọn bộ tách token có nhiều token hơn.",
    ),
    "rescued": T(
        "The unused token “{token}” takes the place of “{host}” in {sentences} stretches of the text.",
        "Token không dùng “{token}” thay chỗ “{host}” trong {sentences} đoạn văn bản.",
    ),
    "small_groups": T(
        "There are not {asked} tokens for every group. Compared are {common} common, {rare} rare and {never} unused ones.",
        "Không đủ {asked} token cho mỗi nhóm. Ở đây so sánh {common} token thường gặp, {rare} token hiếm và {never} token không dùng.",
    ),
    "matrices_differ": T(
        "Saved now, this model does not fit into a tied one: embedding and output layer differ by {gap} times the embedding’s size. Keep it untied, or tie with head.weight = wte.weight and train again.",
        "Lưu lúc này, mô hình không vừa với một mô hình dùng chung trọng số: embedding và tầng ra khác nhau {gap} lần độ lớn của embedding. Hãy để nó không dùng chung, hoặc dùng head.weight = wte.weight rồi huấn luyện lại.",
    ),
    "weights_not_finite": T(
        "{share} % of {tensor} are no longer numbers (NaN or infinite); its histogram leaves them out. Lower the learning rate or the std of the Linears.",
        "{share} % của {tensor} không còn là số (NaN hoặc vô cực); biểu đồ của nó bỏ chúng ra. Hãy giảm tốc độ học hoặc độ lệch chuẩn của các Linear.",
    ),
    "heads_snapped": T(
        "{asked} heads do not divide the width {width}: {used} are used.",
        "Độ rộng {width} không chia hết cho {asked} đầu chú ý: dùng {used} đầu.",
    ),
    "batch_snapped": T(
        "{asked} windows do not divide among {processes} processes: {used} are used.",
        "{asked} cửa sổ không chia đều được cho {processes} tiến trình: dùng {used} cửa sổ.",
    ),
    "graded_clamped": T(
        "{asked} places were to be graded, a window has {context}: all {context} are.",
        "Yêu cầu chấm {asked} vị trí, nhưng cửa sổ chỉ có {context}: chấm cả {context}.",
    ),
    "signal_lost": T(
        "For {pairs} (graded places × windows) the signal drowned: no mean direction left to measure. Read more windows.",
        "Với {pairs} (số vị trí được chấm × số cửa sổ), tín hiệu bị nhiễu nhấn chìm: không còn đo được hướng trung bình. "
        "Hãy đọc nhiều cửa sổ hơn.",
    ),
    "no_dropout_to_leave_on": T(
        "This model was trained with dropout p = 0: leaving it on changes nothing. Train with p = 0.1 and ask again.",
        "Mô hình này huấn luyện với dropout p = 0: quên tắt cũng không đổi gì. Hãy huấn luyện với p = 0.1 rồi hỏi lại.",
    ),
    "parts_snapped": T(
        "{asked} micro-batches do not divide a batch of {batch}: {used} are used.",
        "Lô {batch} không chia hết cho {asked} lô nhỏ: dùng {used}.",
    ),
    "no_compiler": T(
        "torch.compile writes C++ and needs a compiler to build it; this machine has no {program}. The run goes on without.",
        "torch.compile viết ra C++ và cần trình biên dịch; máy này không có {program}. Lần chạy tiếp tục mà không biên dịch.",
    ),
    "bfloat16_slow": T(
        "This processor multiplies matrices no faster in bfloat16 than in float32, so the run stays in float32.",
        "Bộ xử lý này nhân ma trận bằng bfloat16 không nhanh hơn float32, nên lần chạy giữ float32.",
    ),
    "pinned_needs_gpu": T(
        "Pinned memory speeds up copies to a GPU. Without one there is nothing to copy to, and it changes nothing here.",
        "Bộ nhớ ghim (pinned) làm nhanh việc chép sang GPU. Không có GPU thì không có gì để chép, nên ở đây nó không đổi gì.",
    ),
    "needs_gpu": T(
        "Not measured here, for want of a GPU: {options}.",
        "Không đo ở đây vì thiếu GPU: {options}.",
    ),
    "not_on_this_device": T(
        "The attention kernel “{option}” exists on NVIDIA GPUs only. Choose automatic, by hand, math or flash.",
        "Kernel attention “{option}” chỉ có trên GPU NVIDIA. Hãy chọn tự động, viết tay, math hoặc flash.",
    ),
    "tokens_skipped": T(
        "The stride {stride} is longer than the context {context}: {share:.0%} of the tokens are never read.",
        "Bước nhảy {stride} dài hơn ngữ cảnh {context}: {share:.0%} số token không bao giờ được đọc.",
    ),
    "never_seen": T(
        "The training text never showed {tokens}: the model still knows them only by the random vectors it began with.",
        "Văn bản huấn luyện chưa từng có {tokens}: mô hình chỉ biết chúng qua các vector ngẫu nhiên lúc ban đầu.",
    ),
    # links
    "stale_link": T(
        "The link asked for {field} = {value}, which is not possible here ({reason}). The usual value is used.",
        "Liên kết yêu cầu {field} = {value}, không thể dùng ở đây ({reason}). Giá trị thường dùng được giữ.",
    ),
    "unknown_in_link": T(
        "The link has settings this lesson does not know: {fields}. They are ignored.",
        "Liên kết có thiết lập mà bài này không biết: {fields}. Chúng được bỏ qua.",
    ),
    # devices
    "no_cuda_build": T("this PyTorch was built without CUDA", "bản PyTorch này không có CUDA"),
    "no_gpu": T("no NVIDIA GPU was found", "không tìm thấy GPU NVIDIA"),
    "not_a_mac": T("only on Apple-silicon Macs", "chỉ có trên máy Mac chip Apple"),
    "not_looked_yet": T("a worker is still looking", "tiến trình phụ đang kiểm tra"),
}
UNKNOWN = T(
    "Something unexpected happened ({code}). Nothing you made is lost; try again.",
    "Có điều không ngờ xảy ra ({code}). Không mất gì bạn đã làm; hãy thử lại.",
)


FELL = T("{name}: diverged at step {n}. {advice}", "{name}: phân kỳ ở bước {n}. {advice}")
TENTH = T("The learning rate is too high: try a tenth of it.", "Tốc độ học quá cao: hãy thử một phần mười.")
BORN = T("It began as no number: its start is at fault.", "Ngay lúc đầu đã không phải là số: lỗi ở điểm xuất phát.")


def diverged(name: T, result, advice: T = TENTH) -> list[T]:
    """Of a Result that diverged: that it did, at which step, and what to try. Of any other nothing."""
    if not result.diverged:
        return []
    step = _end(result)
    return [FELL.format(name=name, n=step, advice=advice if step else BORN)]


def any_diverged(arms, advice: T = TENTH) -> list[T]:
    """The same of each of these arms of a View; of more than three one sentence, with all their names."""
    lost = [a for a in arms if a.result.diverged]
    if len(lost) <= 3:
        return [line for a in lost for line in diverged(a.arm.name, a.result, advice)]
    steps = [_end(a.result) for a in lost]
    first, last = min(steps), max(steps)
    names = T(*(", ".join(a.arm.name(lang) for a in lost) for lang in ("en", "vi")))
    return [FELL.format(name=names, n=first if first == last else f"{first}–{last}", advice=advice)]


def _end(result) -> int:
    return result.finished.step if result.finished else result.step


class Dash(str):
    """What stands in a blank that nobody filled, whatever its format."""

    __slots__ = ()

    def __format__(self, spec):
        return "–"


class Blanks(dict):
    def __missing__(self, name):
        return Dash()


KINDS = {"whole": T("whole", "nguyên"), "real": T("real", "thực")}  # of numbers, as core's problems name them


def plain(text: str) -> str:
    """Text to be shown as it stands where Markdown is read: what a learner typed keeps its stars and dollars."""
    return re.sub(r"([\\`*_{}\[\]$~<>:#|])", r"\\\1", text)


def say(code: str, facts: dict | None = None) -> T:
    """The sentence of a code with its blanks filled; what is missing shows as a dash, never as an exception."""
    sentence = SENTENCES.get(code, UNKNOWN)
    facts = {name: value for name, value in ({"code": code} | (facts or {})).items() if value is not None}
    facts |= {name: KINDS[value] for name, value in facts.items() if name == "number" and value in KINDS}

    def fill(lang):
        return sentence(lang).format_map(Blanks({k: v(lang) if isinstance(v, T) else v for k, v in facts.items()}))

    return T(fill("en"), fill("vi"))
