"""Tables in the shape in which statistical offices export them; the values are made up."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from hubtiers.errors import DataError
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import read_indicators

WORLD_BANK = """"Data Source","World Development Indicators",

"Last Updated Date","2024-06-28",

"Country Name","Country Code","Indicator Name","Indicator Code","1960","2020","2021",
"Korea, Rep.","KOR","R&D expenditure (% of GDP)","GB.XPD","","4.2","4.3",
"Korea, Rep.","KOR","Patent applications","IP.PAT","","200","210",
"Fiji","FJI","R&D expenditure (% of GDP)","GB.XPD","","0.5","",
"Fiji","FJI","Patent applications","IP.PAT","","7","8",
"World","WLD","R&D expenditure (% of GDP)","GB.XPD","","2.2","2.3",
"High income","HIC","R&D expenditure (% of GDP)","GB.XPD","","2.6","2.7",
"""
OECD_TIDY = """"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"
"AUS","GDEXPRD","TOT","PC_GDP","A","2018",1.1,
"AUS","GDEXPRD","TOT","MLN_USD","A","2018",1100,"E"
"FRA","GDEXPRD","TOT","PC_GDP","A","2018",2.1,"B"
"FRA","GDEXPRD","TOT","MLN_USD","A","2018",2100,
"OECD","GDEXPRD","TOT","PC_GDP","A","2018",2.5,
"""
OECD_SDMX = """STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,FREQ,\
Frequency of observation,MEASURE,Measure,UNIT_MEASURE,Unit of measure,TIME_PERIOD,Time period,\
OBS_VALUE,Observation value,OBS_STATUS,Observation status,UNIT_MULT,Unit multiplier
DATAFLOW,D:F(1.0),Main,I,AUS,Australia,A,Annual,G,GERD,PT_B1GQ,% of GDP,2019,,1.2,,E,Estimated,0,
DATAFLOW,D:F(1.0),Main,I,FRA,France,A,Annual,G,GERD,PT_B1GQ,% of GDP,2019,,2.2,,A,Normal,0,
DATAFLOW,D:F(1.0),Main,I,FRA,France,A,Annual,P,Staff,PS,Persons,2019,,1.4,,A,Normal,3,Thousands
DATAFLOW,D:F(1.0),Main,I,AUS,Australia,A,Annual,P,Staff,PS,Persons,2019,,0.9,,A,Normal,3,Thousands
DATAFLOW,D:F(1.0),Main,I,OECD,OECD,A,Annual,G,GERD,PT_B1GQ,% of GDP,2019,,2.5,,A,Normal,0,
"""
EUROSTAT_SDMX = """DATAFLOW,LAST UPDATE,freq,unit,sectperf,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:RD_E(1.0),12/06/24 23:00:00,A,PC_GDP,TOTAL,AT11,2019,0.9,
ESTAT:RD_E(1.0),12/06/24 23:00:00,A,PC_GDP,TOTAL,AT12,2019,,c
ESTAT:RD_E(1.0),12/06/24 23:00:00,A,PC_GDP,BES,AT11,2019,0.5,bp
ESTAT:RD_E(1.0),12/06/24 23:00:00,A,PC_GDP,BES,AT12,2019,1.1,
ESTAT:RD_E(1.0),12/06/24 23:00:00,A,PC_GDP,BES,EU27_2020,2019,1.4,
"""
# Each cell of a bulk file ends in a blank, which a tilde stands for here.
EUROSTAT_BULK = """freq,unit,sectperf,geo\\TIME_PERIOD\t2019~\t2020~
A,PC_GDP,TOTAL,AT11\t0.9~\t1.0 e
A,PC_GDP,TOTAL,AT12\t:~\t: c
A,PC_GDP,BES,AT11\t0.5 bu\t:~
A,PC_GDP,BES,AT12\t1.1~\t1.2~
A,PC_GDP,BES,EU27_2020\t1.4~\t1.5~
""".replace("~", " ")
CENSUS = """GEO_ID,NAME,B01_001E,B01_001M,B01_001EA
Geography,Geographic Area Name,Estimate!!Total,Margin of Error!!Total,Annotation of Estimate
0100000US,United States,500,9,null
0400000US01,Alabama,120,3,null
0400000US02,Alaska,30,1,null
0500000US01001,"Autauga County, Alabama",7,2,null
"""


def read(tmp_path, text: str, name: str = "export.csv", **options):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_indicators(path, **options)


def cells(file) -> dict[tuple[str, str, int | None], float | None]:
    found = {}
    for row in file.values.itertuples():
        year = None if pd.isna(row.year) else int(row.year)
        value = None if math.isnan(row.value) else row.value
        found[row.region, row.indicator, year] = value
    return found


def aside(file) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for s in file.report.set_aside:
        if not math.isnan(s.value):
            found.setdefault((s.name, s.indicator), []).append(s.value)
    return found


def statuses(file) -> dict[str, str]:
    return {
        cell: text
        for cell, text in zip(file.values["cell"], file.values["status"], strict=True)
        if text
    }


def test_world_bank(tmp_path):
    file = read(tmp_path, WORLD_BANK)
    rd, patents = "R&D expenditure (% of GDP)", "Patent applications"
    assert cells(file) == {
        ("KOR", rd, 1960): None,
        ("KOR", rd, 2020): 4.2,
        ("KOR", rd, 2021): 4.3,
        ("FJI", rd, 1960): None,
        ("FJI", rd, 2020): 0.5,
        ("FJI", rd, 2021): None,
        ("KOR", patents, 1960): None,
        ("KOR", patents, 2020): 200,
        ("KOR", patents, 2021): 210,
        ("FJI", patents, 1960): None,
        ("FJI", patents, 2020): 7,
        ("FJI", patents, 2021): 8,
    }
    assert aside(file) == {("World", rd): [2.2, 2.3], ("High income", rd): [2.6, 2.7]}
    assert file.report.region_column == ("B", "Country Code")


def test_world_bank_by_code_of_the_indicator_and_by_name_of_the_country(tmp_path):
    framework = Framework((Indicator("pat", name_en="IP.PAT"),))
    file = read(tmp_path, WORLD_BANK, framework=framework, region_column="Country Name")
    assert cells(file)["Korea, Rep.", "pat", 2021] == 210
    assert len(cells(file)) == 6


def test_oecd_tidy(tmp_path):
    file = read(tmp_path, OECD_TIDY)
    assert cells(file) == {
        ("AUS", "GDEXPRD PC_GDP", 2018): 1.1,
        ("FRA", "GDEXPRD PC_GDP", 2018): 2.1,
        ("AUS", "GDEXPRD MLN_USD", 2018): 1100,
        ("FRA", "GDEXPRD MLN_USD", 2018): 2100,
    }
    assert statuses(file) == {"G3": "E", "G4": "B"}
    assert aside(file) == {("OECD", "GDEXPRD PC_GDP"): [2.5]}


def test_one_indicator_in_thousands_and_in_units_is_refused(tmp_path):
    text = "REF_AREA,MEASURE,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,UNIT_MULT\n"
    text += "ALT,G,USD,2020,1.5,3\nBRI,G,USD,2020,2500,0\nCOR,G,USD,2020,,6\n"
    with pytest.raises(DataError, match=r"several units: '10\^3 USD' in E2, 'USD' in E3\. Write"):
        read(tmp_path, text)
    # What has no value has no unit either.
    told = cells(read(tmp_path, text.replace("2500,0", "2.5,3")))
    assert told == {("ALT", "G", 2020): 1.5, ("BRI", "G", 2020): 2.5, ("COR", "G", 2020): None}


def test_values_without_a_region_are_noted(tmp_path):
    text = "geo,TIME_PERIOD,sex,OBS_VALUE\nA1,2020,T,1\nA1,2020,F,2\n,2020,T,9\nA2,2020,T,3\n"
    file = read(tmp_path, text)
    assert len(file.values) == 3
    assert [row for row, _ in file.report.footnote_rows] == [4]


def test_oecd_sdmx_with_labels(tmp_path):
    file = read(tmp_path, OECD_SDMX)
    assert cells(file) == {
        ("AUS", "G", 2019): 1.2,
        ("FRA", "G", 2019): 2.2,
        ("FRA", "P", 2019): 1.4,
        ("AUS", "P", 2019): 0.9,
    }
    assert {c.indicator: c.unit for c in file.report.columns} == {"G": "%", "P": "10^3 PS"}
    assert statuses(file) == {"O2": "E"}
    assert aside(file) == {("OECD", "G"): [2.5]}


@pytest.mark.parametrize(
    ("text", "name", "start"),
    [(EUROSTAT_SDMX, "export.csv", "RD_E"), (EUROSTAT_BULK, "estat_rd_e.tsv", "rd_e")],
)
def test_eurostat(tmp_path, text, name, start):
    file = read(tmp_path, text, name)
    found = {key: value for key, value in cells(file).items() if key[2] == 2019}
    assert found == {
        ("AT11", f"{start} TOTAL", 2019): 0.9,
        ("AT12", f"{start} TOTAL", 2019): None,
        ("AT11", f"{start} BES", 2019): 0.5,
        ("AT12", f"{start} BES", 2019): 1.1,
    }
    assert aside(file)["EU27_2020", f"{start} BES"][0] == 1.4
    assert {c.unit for c in file.report.columns} == {"%"}


def test_flags_of_bulk_files_stand_in_the_status(tmp_path):
    file = read(tmp_path, EUROSTAT_BULK, "estat_rd_e.tsv")
    assert statuses(file) == {"C2": "e", "C3": "c", "B4": "bu"}
    assert dict(file.report.flags) == {"e": 1, "c": 1, "bu": 1}
    assert dict(file.report.missing) == {":": 3}


def test_a_framework_names_the_indicator_of_a_bulk_file_by_its_keys(tmp_path):
    framework = Framework((Indicator("berd", name_en="rd_e BES", unit="%"),))
    file = read(tmp_path, EUROSTAT_BULK, "estat_rd_e.tsv", framework=framework)
    assert cells(file)["AT12", "berd", 2020] == 1.2
    assert len(cells(file)) == 4


def test_broken_keys_are_named(tmp_path):
    broken = EUROSTAT_BULK.replace("A,PC_GDP,BES,AT12", "A,PC_GDP,AT12")
    with pytest.raises(DataError, match=r"does not hold 4 keys, as the header .*: A5\. Get"):
        read(tmp_path, broken, "estat_rd_e.tsv")


def test_quarters_are_refused(tmp_path):
    quarters = EUROSTAT_SDMX.replace("AT11,2019,0.5", "AT11,2019-Q1,0.5")
    with pytest.raises(DataError, match=r"'2019-Q1' in G4, which is no year .* whole years"):
        read(tmp_path, quarters)


def test_census(tmp_path):
    file = read(tmp_path, CENSUS)
    assert cells(file) == {
        ("01", "B01_001E", None): 120,
        ("02", "B01_001E", None): 30,
        ("01001", "B01_001E", None): 7,
        ("01", "B01_001M", None): 3,
        ("02", "B01_001M", None): 1,
        ("01001", "B01_001M", None): 2,
    }
    assert aside(file) == {("United States", "B01_001E"): [500], ("United States", "B01_001M"): [9]}
    assert ("E", "B01_001EA", "text, no numbers") in file.report.ignored
    assert "B01_001E is 'Estimate Total'" in file.report.notes


def test_flags_in_columns_of_their_own(tmp_path):
    text = "TIME,2019,,2020,\ngeo,,,,\nAT11,1.5,e,1.6,\nAT12,2.5,,2.6,bp\n"
    file = read(tmp_path, "GDP per head\n" + text.replace("geo,,,,\n", "").replace("TIME", "geo"))
    assert statuses(file) == {"B3": "e", "D4": "bp"}
    assert cells(file)["AT12", "GDP per head", 2020] == 2.6
