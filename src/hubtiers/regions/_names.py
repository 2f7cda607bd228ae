"""How a written name becomes a key to look up: width, case, marks, old characters, codes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Traditional characters that occur in names of regions, and their simplified forms, pair by pair.
_PAIRS = (
    "萬万東东臨临麗丽義义烏乌樂乐鄉乡雲云亞亚倫伦侖伦蘭兰關关興兴內内岡冈農农涼凉凱凯則则創创別别辦办區区華华衛卫廈厦縣县雙双發发臺台"
    "嶽岳呂吕吳吴團团國国圖图壩坝壯壮處处頭头婁娄寧宁寶宝賓宾爾尔屬属崗岗島岛嶋岛巖岩嶺岭峽峡峯峰帶带佈布廣广莊庄慶庆庫库開开張张彥彦彞彝"
    "懷怀揚扬撫抚無无晉晋楊杨棗枣樹树畢毕漢汉瀋沈滄沧瀘泸澤泽濟济渾浑淺浅灣湾濱滨灘滩濰潍潛潜煙烟獅狮犂犁瑪玛瓊琼鹽盐盤盘紅红納纳紹绍經经"
    "綏绥維维綿绵羣群肅肃勝胜節节蕪芜蘆芦蘇苏荊荆萊莱營营薩萨許许貝贝貢贡貴贵賀贺資资贛赣遼辽達达遷迁邁迈運运遠远連连鄭郑鄖郧鄲郸裏里裡里"
    "鐵铁銅铜銀银錫锡錦锦鎮镇長长門门陽阳陰阴陝陕隨随隴陇雜杂雞鸡鷄鸡頂顶順顺頗颇饒饶馬马駐驻魯鲁鮮鲜鴨鸭鶴鹤鷹鹰黃黄齊齐龍龙來来欽钦離离"
    "粵粤滬沪濛蒙獨独賽赛羅罗劃划師师榮荣鳳凤豐丰滙汇匯汇"
)
_SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
# NFKC leaves these; they come from spreadsheets and web pages and carry no meaning.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# Marks that turn the direction of a text; the first two turn that of its letters too.
_OVERRIDES = "\u202d\u202e"
_MARKS = f"{_OVERRIDES}\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_DIRECTION = dict.fromkeys(map(ord, _MARKS))
# Letters that no decomposition takes apart, and how they are written without their marks.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
    }
)
_BRACKETS = re.compile(r"^(?P<base>[^()\[\]]+)[(\[](?P<hint>[^()\[\]]+)[)\]]$")
_CODE = re.compile(r"^(?P<digits>\d{2}|\d{4}|\d{6}|\d{9}|\d{12})(\.0+)?$")

# Words that say what kind of unit a romanised name is; stripped from its end, with the ending of
# the Chinese name.
_KIND_WORDS = {
    "shi": "市",
    "city": "市",
    "municipality": "市",
    "sheng": "省",
    "province": "省",
    "diqu": "地区",
    "meng": "盟",
    "league": "盟",
    "county": "县",
    "xian": "县",
    "zhou": "州",
    "zizhizhou": "州",
    "prefecture": "",
    "region": "",
    "zizhiqu": "区",
    "sar": "区",
}
_PEOPLES = frozenset(
    {
        "bai",
        "bouyei",
        "buyei",
        "buyi",
        "dai",
        "dong",
        "hani",
        "hui",
        "jingpo",
        "kazak",
        "kazakh",
        "kirghiz",
        "kirgiz",
    }
    | {
        "korean",
        "kyrgyz",
        "li",
        "lisu",
        "miao",
        "mongol",
        "mongolian",
        "qiang",
        "tibetan",
        "tujia",
        "uygur",
        "uyghur",
    }
    | {"yi", "zhuang", "chaoxian", "chosen", "zang", "menggu", "weiwuer", "hasake", "keerkezi"}
)
_FILLER_WORDS = (
    frozenset({"autonomous", "special", "administrative", "level", "and", "ar"}) | _PEOPLES
)
AUTONOMOUS = "自治"
"""What a Chinese name holds where the English one names peoples: “Dali Bai”, 大理白族自治州."""


@lru_cache(maxsize=200_000)
def clean(name: str) -> str:
    """Normalise width, case, invisible characters and traditional forms; spaces and marks stay."""
    text = unicodedata.normalize("NFKC", name).translate(_INVISIBLE).translate(_SIMPLIFIED)
    return " ".join(text.casefold().split())


@lru_cache(maxsize=200_000)
def name_key(name: str) -> str:
    """Return what names are compared by: letters, digits and characters only, without diacritics.

    A mark that turns letters round stays: 海北 behind one reads 北海, which is another city.

    >>> name_key("Xi’an") == name_key("XI AN"), name_key("Ü rümqi"), name_key(" 臺 灣 ")
    (True, 'urumqi', '台湾')
    """
    text = clean(name)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(
            _PLAIN_LETTERS
        )
    return "".join(c for c in text if c.isalnum() or c in _OVERRIDES)


def without_direction(name: str) -> str:
    """Return a name without marks that turn its direction, so that it reads as it is compared."""
    return name.translate(_DIRECTION)


def split_hint(name: str) -> tuple[str, str] | None:
    """Split “朝阳市（辽宁）” or “Suzhou, Anhui” into name and hint; None when there is no hint.

    >>> split_hint("朝阳市（辽宁）"), split_hint("Suzhou, Anhui"), split_hint("大连")
    (('朝阳市', '辽宁'), ('suzhou', 'anhui'), None)
    """
    text = clean(name)
    if match := _BRACKETS.match(text):
        return match["base"].strip(), match["hint"].strip()
    base, comma, hint = text.partition(",")
    return (base.strip(), hint.strip()) if comma and base.strip() and hint.strip() else None


def read_code(name: str) -> str | None:
    """Return the digits of an adcode, as short as written; None when the text is no code.

    >>> read_code("110000.0"), read_code("１３０１"), read_code("130100000000"), read_code("北京")
    ('110000', '1301', '130100', None)
    """
    match = _CODE.match(clean(name).replace(" ", ""))
    if match is None:
        return None
    digits = match["digits"]
    # Statistical codes of 9 and 12 digits end in zeros when they mean a county or a larger unit.
    return digits[:6] if len(digits) <= 6 or set(digits[6:]) == {"0"} else None


def without_kind(name: str) -> tuple[str, str] | None:
    """Strip words such as “shi” or “Autonomous Prefecture” from a name; None when there are none.

    Returns the rest and the ending that the Chinese name must have (empty for any; 自治 anywhere in
    it).

    >>> without_kind("Jilin Sheng"), without_kind("Yushu")
    (('jilin', '省'), None)
    >>> without_kind("Yanbian Korean Autonomous Prefecture")
    ('yanbian', '')
    """
    words = clean(name).split(" ")
    ending = None
    while len(words) > 1:
        last = words[-1].removesuffix("zu") or words[-1]
        if ending is None:
            found = AUTONOMOUS if last in _PEOPLES else _KIND_WORDS.get(last)
            if found is None:
                break
            ending = found
        elif last not in _FILLER_WORDS and last not in _KIND_WORDS:
            break
        words.pop()
    return None if ending is None else (" ".join(words), ending)
