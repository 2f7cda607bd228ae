"""What every key of a study file and every column of framework.csv says, in both languages.

Schema, reference pages and messages take their words from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

__all__ = ["FRAMEWORK_COLUMNS", "METHOD_STEPS", "SECTION_KEYS", "VARIATION_PARTS", "key_text"]

Texts = Mapping[str, tuple[str, str]]
"""English and Chinese by key."""

_READER: Texts = {
    "sheet": (
        "Sheet of a workbook; left out, the one that holds a table.",
        "工作簿中的工作表；省略时取含有数据表的那一张。",
    ),
    "region_column": (
        'Column of the regions: its header, its letter, or the cell above the names, as in "A5".',
        "区域名称所在列：列名、列字母，或名称上方的单元格，如 “A5”。",
    ),
    "units": (
        'Unit a column is written in, as in { "研发经费" = "亿元" }; it outweighs the file.',
        '各列所用单位，如 { "研发经费" = "亿元" }；优先于文件中的说明。',
    ),
    "layout": (
        "wide: a column for each indicator; long: a row for each value; auto: found out.",
        "wide：每列一个指标；long：每行一个数值；auto：自动判断。",
    ),
    "keep": (
        "Columns to read although they look like keys or ranks.",
        "形似编号或位次、但仍要读入的列。",
    ),
    "decimal": (
        'Sign before decimals, "." or ","; left out, what is ambiguous is an error.',
        "小数点符号，“.” 或 “,”；省略时有歧义即报错。",
    ),
    "missing": (
        'Numbers and texts that stand for missing values, as in [-999, "k.A."].',
        '表示缺失的数字或文字，如 [-999, "不详"]。',
    ),
    "limits": (
        "What a file may ask for: max_bytes, max_unzipped_bytes, max_ratio, max_cells.",
        "文件的规模上限：max_bytes、max_unzipped_bytes、max_ratio、max_cells。",
    ),
}

_SOURCE: Texts = {
    "file": (
        "A file beside the study, or the name of a set that ships.",
        "研究文件旁的数据文件，或随附数据集的名称。",
    ),
    "column": ("A column of the layer of regions itself.", "区域图层自带的列。"),
    "year": (
        "Year of the values for which the file states none.",
        "文件未注明年份的数值所属年份。",
    ),
    "only": (
        "Codes of the indicators that are taken from this file.",
        "只从该文件取这些代码的指标。",
    ),
}

_MEMBERS: Texts = {
    "file": (
        "Layer of the smaller regions, or a table (.csv) without shapes.",
        "下级区域的图层，或不含图形的表格（.csv）。",
    ),
    "parent": (
        "Column with the id of the region of the study that each lies in.",
        "说明各下级区域属于哪个研究区域（代码）的列。",
    ),
    "id_column": ("Column that identifies the smaller regions.", "下级区域的代码列。"),
    "name": ("Column with their names.", "下级区域的名称列。"),
}

_DEFLATE: Texts = {
    "file": ("File of the price index by year.", "逐年价格指数文件。"),
    "base": ("Year whose prices money is brought to.", "折算到哪一年的价格（基期）。"),
    "form": (
        "fixed: all years on one base; previous-year: each on the year before, as yearbooks print.",
        "fixed：定基指数；previous-year：环比指数（上年=100），年鉴通常如此。",
    ),
    "indicators": (
        "Codes of the indicators to deflate; left out, those whose unit is money.",
        "要折算的指标代码；省略时为单位是货币的指标。",
    ),
}

_POINTS: Texts = {
    "file": (
        "A file of point records, or a folder of files, beside the study.",
        "研究文件旁的点记录文件，或存放此类文件的文件夹。",
    ),
    "by": ("Column of kinds; with `kind`.", "类别所在列；与 kind 合用。"),
    "kind": (
        "Kinds that count, one or a list.",
        "计入的类别：一个或一个列表。",
    ),
    "weight": ("Column whose sum is the value.", "以该列之和为指标值。"),
    "mean": (
        "true for the mean of the weights instead of their sum.",
        "true 表示取权重列的平均值而非总和。",
    ),
    "record_id": (
        "Column of ids: of records with the same id the first counts.",
        "记录编号所在列：编号相同者只计第一条。",
    ),
    "year": ("Year of all records.", "全部记录所属年份。"),
    "year_column": ("Column with the year of each record.", "各记录年份所在列。"),
    "border": (
        "Which region a point on a border belongs to: first or last, in the order of ids.",
        "落在边界上的点归属何区域：按编码次序的 first 或 last。",
    ),
    "unit": ("Unit that is printed beside the values.", "与数值一同印出的单位。"),
}

_DATA: Texts = {
    "indicators": (
        (
            "Where values come from: a set that ships, a file, a table { file = … }, or a list of "
            "these; a list of plain names means columns of the layer itself."
        ),
        (
            "数值来源：随附数据集、文件、{ file = … } 形式的表，或它们的列表；"
            "只含名称的列表指图层自带的列。"
        ),
    ),
    "points": (
        "Indicators that are counted from point records: [data.points.CODE] for each.",
        "由点记录统计得出的指标：每个指标一节 [data.points.代码]。",
    ),
    "framework": (
        "framework.csv or the name of one that ships; without it every indicator counts.",
        "framework.csv，或随附指标体系的名称；省略时全部指标计入。",
    ),
    "regions": (
        (
            'A level that ships or of the pack, a file of boundaries, or "listed": those that the '
            "indicators name."
        ),
        "随附的或边界包中的级别、边界文件，或 “listed”：以数据中出现的区域为准。",
    ),
    "edition": (
        "Edition of a set that ships: printed, or official where one is known.",
        "随附数据集的版本：printed（论文所印）或 official（官方数值，如有）。",
    ),
    "year": (
        'Year of the study, or "latest" for the newest value of each cell.',
        "研究年份，或 “latest”：各取最新数值。",
    ),
    "years": (
        "Years of a panel, at least two; each is scored.",
        "面板的各年份，至少两个；逐年评分。",
    ),
    "deflate": (
        "A price index that brings money to the prices of one year; needs years.",
        "把货币指标折算为同一年价格的价格指数；需要 years。",
    ),
    "unmatched": (
        "Names that fit no single region: raise an error, or keep them in the report and go on.",
        "不属于任何单一区域的名称：raise 报错，keep 记入报告后继续。",
    ),
    "merged": (
        "Rows of units that are one region today: raise an error, or add their counts.",
        "今已合并为一个区域的多行：raise 报错，add 将总量相加。",
    ),
    "exclude": ("Regions that do not count, by id or name.", "排除的区域（代码或名称）。"),
    "roll_up": (
        "Whether values of smaller regions are brought up to the regions.",
        "是否由下级区域的数值汇总得到。",
    ),
    "partial": (
        "With roll_up: also where some members have no value.",
        "与 roll_up 连用：部分成员缺值时也汇总。",
    ),
    "members": (
        "The smaller regions of a layer of one's own, for roll_up.",
        "自有图层中的下级区域，供 roll_up 使用。",
    ),
    "id_column": ("Column of the layer that identifies a region.", "图层中的区域代码列。"),
    "name_zh": ("Column of the layer with the Chinese name.", "图层中的中文名称列。"),
    "name_en": ("Column of the layer with the English name.", "图层中的英文名称列。"),
    "crs": (
        'Coordinate reference system of a layer that declares none, as in "EPSG:4490".',
        "图层未声明时的坐标参考系，如 “EPSG:4490”。",
    ),
    "name": (
        "Column of the layer with the name in whatever language.",
        "图层中的名称列（任何语言）。",
    ),
    "layer": ("Layer of a file with several.", "含多个图层的文件中的图层名。"),
    "where": (
        "Rows of the layer to take: comparisons joined by and, or, not.",
        "取图层中的哪些行：以 and、or、not 连接的比较式。",
    ),
    "credit": (
        "Whom a map of these boundaries names; by language { zh = …, en = … }, or one text.",
        "地图上注明的边界来源；一段文字，或 { zh = …, en = … }。",
    ),
    "pack": (
        "Pack of boundaries and names: one that ships, or a folder of your own.",
        "边界包：随附的，或自建的文件夹。",
    ),
    "level": (
        'Level at which names of regions = "listed" are looked for.',
        "regions = “listed” 时在哪一层级查找名称。",
    ),
    "within": (
        "Only regions that lie in these count, and are drawn: regions or groups, by name.",
        "只计入并绘制位于其内的区域：区域或分组的名称。",
    ),
    "only": ("Only these regions count, by id or name.", "只计入这些区域（代码或名称）。"),
    "names": (
        "File with corrections of names: the columns name and region_id.",
        "名称更正文件：name 与 region_id 两列。",
    ),
    "leading_zeros": (
        "Whether a number may lack the leading zeros of its id.",
        "数字是否可以缺少代码的前导零。",
    ),
    "direction": (
        "Without a framework: -1 for indicators of which less is better, by code.",
        "没有指标体系时：越小越好的指标记 -1，按代码给出。",
    ),
    "yardstick": (
        "Row of the data that is no region, but what others are measured by.",
        "数据中不是区域、而是作为衡量基准的一行（如全国）。",
    ),
}

_PANEL: Texts = {
    "fit_on": (
        "Year whose scale all years share: year (that of the map), all, first, last, or a year.",
        "各年共用哪一年的尺度：year（地图所示年份）、all、first、last 或某一年份。",
    ),
    "refit": ("Whether every year gets a scale of its own.", "是否每年各自重新拟合尺度。"),
    "draws": (
        "Draws for how often a change of tier happens; those of [robustness] when left out.",
        "判断层级变动的抽取次数；省略时与 [robustness] 相同。",
    ),
}

_LAYOUT: Texts = {
    "name": (
        "A layout that ships, or a .toml file of your own.",
        "随附布局方案的名称，或自己的 .toml 文件。",
    ),
    "compare": ("Whether the tiers are held against it.", "是否将层级与之比较。"),
}

_OUTSIDE: Texts = {
    "indicator": ("Code of a variable of the set that ships.", "随附检验变量的代码。"),
    "year": ("Year of that variable.", "该变量的年份。"),
    "file": ("A file of your own, in place of indicator.", "自有文件，代替 indicator。"),
    "column": (
        "Column of the file; found when only one holds numbers.",
        "文件中的列；只有一列数字时自动找到。",
    ),
    "region_column": ("Column of the regions in the file.", "文件中的区域列。"),
    "smaller_is_better": (
        "Whether less is better; taken for a column that is called a rank.",
        "是否越小越好；列名为位次时默认如此。",
    ),
}

_REFERENCE: Texts = {
    "file": ("File with the group of each region.", "记有各区域组别的文件。"),
    "column": ("Column of the groups.", "组别所在列。"),
    "region_column": ("Column of the regions.", "区域所在列。"),
}

_BASELINE: Texts = {
    "indicator": (
        "Code of a column of the data, whether it is scored or not.",
        "数据中某列的代码，是否参与评分均可。",
    ),
    "name_zh": ("Its Chinese name.", "中文名称。"),
    "name_en": ("Its English name.", "英文名称。"),
    "year": ("Year of its values.", "数值的年份。"),
}

_COMPARE: Texts = {
    "weights": (
        "Weightings to run beside that of the study, by name.",
        "与研究所用权重并列运行的赋权方法。",
    ),
    "tiers": (
        "Tier rules to run each weighting with, by name.",
        "与各赋权方法组合的分级规则。",
    ),
    "baseline": (
        "Columns, such as population, that the score must do better than.",
        "综合得分应当胜过的单一变量，如人口。",
    ),
    "reference": (
        "File with published groups: a name or { file = …, column = … }.",
        "已发表分组的文件：文件名，或 { file = …, column = … }。",
    ),
    "groups": (
        "What the published groups are called, highest first, or the tier that each stands for.",
        "已发表分组的名称（由高到低），或各组对应的层级。",
    ),
    "outside": (
        "Variables that the result is held against and that are no part of it.",
        "不参与评分、用于外部检验的变量。",
    ),
}

_ROBUSTNESS: Texts = {
    "draws": ("Number of draws; 0 leaves certainty out.", "抽取次数；0 表示不作稳健性分析。"),
    "seed": ("Seed of the random numbers.", "随机数种子。"),
    "tiers": (
        "refit: cut-points are found anew in every draw; fixed: those of the study are held.",
        "refit：每次抽取重新确定断点；fixed：沿用研究的断点。",
    ),
    "settled_from": (
        "Share of draws from which a tier is settled.",
        "层级在多大比例的抽取中出现即视为稳定。",
    ),
    "variation": ("What varies; everything else stays.", "哪些因素变动；其余保持不变。"),
}

_FIGURE: Texts = {
    "width": (
        'Width in millimetres, or "column" or "page".',
        "宽度（毫米），或 “column”（单栏）、“page”（通栏）。",
    ),
    "font_size": ("Size of letters in points.", "字号（磅）。"),
    "formats": ("Kinds of files: png, svg, pdf, tiff.", "文件格式：png、svg、pdf、tiff。"),
    "caption": ("Whether the caption stands in the figure.", "图中是否带图注。"),
    "dpi": ("Dots per inch of PNG and TIFF.", "PNG 与 TIFF 的分辨率（每英寸点数）。"),
}

_OUTPUT: Texts = {
    "figures": ("Whether figures are drawn.", "是否绘制图件。"),
    "figure": ("How figures are printed.", "图件的印制方式。"),
    "tables": (
        "Whether tables.xlsx is written; zh, en or both say its language.",
        "是否写出 tables.xlsx；zh、en、both 指定语言。",
    ),
    "report": ("Whether report.html is written.", "是否写出 report.html。"),
    "brief": ("Whether brief.html is written.", "是否写出 brief.html。"),
    "explorer": (
        "Whether the map has the panel in which weights can be moved.",
        "地图是否带可调权重的面板。",
    ),
    "language": (
        "zh or en; left out, what the names of the study have.",
        "zh 或 en；省略时由研究中的名称决定。",
    ),
    "approval": ("Approval number of an approved map.", "地图审图号。"),
    "author": ("Author, as brief and report print it.", "作者，印于简报与报告。"),
    "date": ("Date, as brief and report print it.", "日期，印于简报与报告。"),
}

_PROPOSE: Texts = {
    "counts": (
        'Hubs by tier, highest first; "tiers" gives every lead the tier of its score.',
        "各层级的中心数，由高到低；“tiers” 按得分所在层级而不限数目。",
    ),
    "spacing": (
        "Least distance between leads in km, one number or by tier.",
        "主核之间的最小距离（千米），一个数或按层级给出。",
    ),
    "balance": (
        "A division of the regions each part of which gets a hub, such as four.",
        "各部分都应有中心的区域划分，如 four（四大板块）。",
    ),
    "cores": (
        "Which places share the lead: CoCores, LargestGap or SingleCore.",
        "哪些城市同为核心：CoCores、LargestGap 或 SingleCore。",
    ),
    "extent": (
        "Which places a hub organises: FieldExtent, HuffExtent, ProvinceExtent or NoExtent.",
        "中心的辐射范围：FieldExtent、HuffExtent、ProvinceExtent 或 NoExtent。",
    ),
    "require": (
        "Least percentile (0 to 1) in every function, for hubs after the first choice.",
        "首批之外的中心在各功能上须达到的最低百分位（0—1）。",
    ),
    "mass": (
        "Indicator that is the size for fields; the score when left out.",
        "计算场强所用规模指标；省略时为综合得分。",
    ),
    "weight": (
        "Indicator by which provinces are shared out, such as population.",
        "分配省份所用的权重指标，如人口。",
    ),
    "pinned": ("Places that lead in any case.", "必选的核心。"),
    "exclude": ("Places that do not lead.", "不作核心的地方。"),
    "no_data": (
        "leave: places without a score belong to no hub; near: they may.",
        "leave：无得分的地方不属任何中心；near：可以归入。",
    ),
    "distances": (
        "File or shipped table that stands in place of kilometres.",
        "代替直线距离的距离文件或随附表。",
    ),
    "unit": ("Unit of the distances.", "距离的单位。"),
    "change": ("Minutes of a change of trains, in distances that ship.", "换乘时间（分钟）。"),
    "no_distance": (
        "Regions without a distance: refuse, or exclude them.",
        "缺少距离的区域：refuse 报错，exclude 排除。",
    ),
    "solve": (
        "best-first, or exact for the greatest sum of scores of the first choice.",
        "best-first：逐个择优；exact：首批得分之和最大。",
    ),
    "draws": ("Draws for the stability; 0 leaves it out.", "稳定性的抽取次数；0 表示不作。"),
}

_NETWORK: Texts = {
    "model": (
        "Model of links: Gravity, or ObservedFlows with flows.",
        "联系模型：Gravity（引力模型），或带 flows 的 ObservedFlows。",
    ),
    "flows": ("Observed flows: a file or a table that ships.", "观测到的流：文件或随附表。"),
    "near": (
        "What makes hubs neighbours: Contiguous or Within.",
        "相邻的标准：Contiguous、Within。",
    ),
    "strong": (
        "What makes a link strong: StrongLinks or DisparityLinks.",
        "强联系的标准：StrongLinks 或 DisparityLinks。",
    ),
    "members": ("Whether members of extents are nodes too.", "范围内的成员是否也作节点。"),
}

_DIFFUSION: Texts = {
    "sources": ("Regions that have it at time 0.", "时刻 0 的创新源地。"),
    "channels": (
        "Rate of each channel: hierarchical, neighbour, peer.",
        "各途径的速率：hierarchical 等级、neighbour 邻近、peer 同级。",
    ),
    "decay": ("Exponent of distance.", "距离衰减指数。"),
    "emissive": ("Exponent of the mass that gives.", "输出方规模的指数。"),
    "receptive": ("Exponent of the mass that takes.", "接受方规模的指数。"),
    "nearest": ("Distances below this count as this, in km.", "小于此值的距离按此值计（千米）。"),
    "peers": (
        "hubs: only cores are peers; all: all places of a tier.",
        "hubs：只有核心互为同级；all：同层级的所有地方。",
    ),
    "neighbour": (
        "lower: neighbours of lower tiers only; any: whatever their tier.",
        "lower：只传给较低层级的邻居；any：不论层级。",
    ),
    "runs": ("Runs with drawn thresholds; 0 leaves intervals out.", "随机阈值的运行次数。"),
    "seed": ("Seed of the random numbers.", "随机数种子。"),
}

_PLAN: Texts = {
    "file": (
        "A plan that ships, a table with a row for each target, or, with targets, one of values.",
        "随附的规划、逐目标的表格，或（与 targets 连用）数值表。",
    ),
    "year": ("Year at which the plan is assessed.", "评估年份。"),
    "targets": ("File of the targets.", "目标文件。"),
    "framework": ("Framework with names and empty slots.", "提供名称与空位的指标体系。"),
}

_STUDY: Texts = {
    "data": (
        "What is joined: regions, indicators, framework.",
        "匹配的内容：区域、指标、指标体系。",
    ),
    "panel": ("How the years of a panel share a scale.", "面板各年如何共用尺度。"),
    "method": ("The method of each step of the scheme.", "评分方案各步骤的方法。"),
    "layout": ("The layout of hubs that is drawn.", "绘制的中心布局方案。"),
    "compare": (
        "Methods run beside the study's own, and what the result is held against.",
        "并列运行的其他方法，以及与结果对照的内容。",
    ),
    "robustness": ("How the certainty of tiers is found.", "如何得出层级的可靠程度。"),
    "output": ("What is written into the folder.", "写入文件夹的内容。"),
    "propose": ("How a layout is proposed from scores.", "如何由得分提出布局方案。"),
    "network": ("How hubs are linked.", "中心之间的联系。"),
    "diffusion": ("From where knowledge spreads, and how.", "知识从何处、如何扩散。"),
    "plan": ("A plan whose attainment is told.", "评估完成情况的规划。"),
    "title_zh": ("Chinese title.", "中文标题。"),
    "title_en": ("English title.", "英文标题。"),
    "description": ("What the study does, in English.", "研究说明（英文）。"),
    "description_zh": ("What the study does, in Chinese.", "研究说明（中文）。"),
    "notes_zh": ("What the scores do not say, in Chinese.", "得分不能说明的事项（中文）。"),
    "notes_en": ("What the scores do not say, in English.", "得分不能说明的事项（英文）。"),
}

SECTION_KEYS: Mapping[str, Texts] = {
    "ReaderSection": _READER,
    "SourceSection": _SOURCE,
    "MembersSection": _MEMBERS,
    "DeflateSection": _DEFLATE,
    "DataSection": _DATA,
    "PointsSection": _POINTS,
    "PanelSection": _PANEL,
    "LayoutSection": _LAYOUT,
    "OutsideCheck": _OUTSIDE,
    "ReferenceFile": _REFERENCE,
    "BaselineSection": _BASELINE,
    "CompareSection": _COMPARE,
    "RobustnessSection": _ROBUSTNESS,
    "FigureSection": _FIGURE,
    "OutputSection": _OUTPUT,
    "ProposeSection": _PROPOSE,
    "NetworkSection": _NETWORK,
    "DiffusionSection": _DIFFUSION,
    "PlanSection": _PLAN,
    "StudyFile": _STUDY,
}
"""Texts by the name of a section's model, and by key."""

METHOD_STEPS: Texts = {
    "denominate": (
        "Whether indicators are divided by their denominators; true stands for Denominate.",
        "是否除以分母；true 即 Denominate。",
    ),
    "impute": ("What happens to missing values.", "缺失值的处理。"),
    "treat": ("What happens to outliers and skew.", "异常值与偏态的处理。"),
    "normalise": ("How indicators come to one scale.", "标准化（无量纲化）方法。"),
    "weight": (
        "How much each indicator counts; a list names one method for each level, lowest first.",
        "赋权方法；列表则按层级逐级给出，由低到高。",
    ),
    "aggregate": (
        "How values become a score; a list names one method for each level, lowest first.",
        "合成方法；列表则按层级逐级给出，由低到高。",
    ),
    "tier": ("How scores become tiers.", "分级规则。"),
}
"""What each step of `[method]` is for."""

VARIATION_PARTS: Texts = {
    "weights": (
        'dirichlet, { method = "UniformAround", … }, or a list of weightings to draw from.',
        "dirichlet、{ method = “UniformAround”, … }，或供抽取的赋权方法列表。",
    ),
    "normalise": ("Normalisers to draw from.", "供抽取的标准化方法。"),
    "treat": ("Treatments to draw from.", "供抽取的异常值处理。"),
    "aggregate": ("Aggregations to draw from.", "供抽取的合成方法。"),
    "tier": (
        "Tier rules to draw from; vary lists values of an option.",
        "供抽取的分级规则；vary 列出参数取值。",
    ),
    "impute": ("Imputations to draw from.", "供抽取的缺失值处理。"),
    "redraw_gaps": ("Whether filled gaps are drawn anew.", "填补值是否重新抽取（多重插补）。"),
    "noise": ("Errors of the values, as in { percent = 5 }.", "数值误差，如 { percent = 5 }。"),
    "leave_one_out": (
        "Whether each draw leaves out one indicator, or none.",
        "每次抽取是否剔除一个指标（或不剔除）。",
    ),
}
"""What each part of `[robustness.variation]` varies."""

FRAMEWORK_COLUMNS: Texts = {
    "code": ("Code of the row, unique; a text without quotation marks.", "代码，唯一，不含引号。"),
    "name_zh": (
        "Chinese name; the column of the table is found by it.",
        "中文名称；据此在表中找列。",
    ),
    "name_en": (
        "English name; the column of the table is found by it as well.",
        "英文名称；同样可据此找列。",
    ),
    "parent": (
        "Code of the group that the row belongs to; empty directly below the score.",
        "所属组的代码；留空则直接位于总分之下。",
    ),
    "category": (
        "Category of the indicator, such as input or output; for tables, not for scores.",
        "指标类别，如 input、output；用于列表，不影响得分。",
    ),
    "direction": (
        "1 (+, 正) when more is better, -1 (-, 负) when less is; empty makes the row a group.",
        "1（+、正）越大越好，-1（-、负）越小越好；留空则该行为组。",
    ),
    "unit": ("Unit to which values are converted.", "单位，数值换算成它。"),
    "kind": (
        (
            "extensive for counts that add up over regions, intensive for rates; slot for a group "
            "that is a place to be filled."
        ),
        "extensive 可相加的总量，intensive 比率；slot 表示待填的空位（组）。",
    ),
    "weight": ("Weight among the siblings under the same parent.", "同组之内的权重。"),
    "denominator": (
        "Code of what the indicator is divided by, or is weighted by when members are added up.",
        "分母的代码：用于除法，或在汇总时作比率的权重。",
    ),
    "source": ("Source, as tables print it.", "来源，印于表中。"),
    "unit_en": ("Unit in English, where unit is not.", "英文单位（unit 不是英文时）。"),
    "comment": ("For the reader; the program does not read it.", "备注，程序不读。"),
}
"""What each column of framework.csv holds."""


def key_text(section: type[BaseModel], key: str) -> tuple[str, str]:
    """Return what a key of a section says, in English and Chinese.

    What a section shares with others stands with the section that it is derived from.
    """
    for kind in section.__mro__:
        texts = SECTION_KEYS.get(kind.__name__, {})
        if key in texts:
            return texts[key]
    raise KeyError(f"{section.__name__}.{key}")
