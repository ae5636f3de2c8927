"""The benchmarks run and their answers agree; how fast they are is read from what they print, never asserted."""

from engine.methods import METHODS
from tests.benchmarks import ahead, browser, exports, files, learning, load
from tests.benchmarks.__main__ import main


def test_small_sizes_give_equal_answers(capsys):
    assert main(["--sizes", "30", "200", "--seconds", "0", "--cascade", "5", "60"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for peer in ("Clarabel through cvxpy", "SLSQP", "HiGHS"):
        assert any(peer in line and "equal: pooled" in line for line in lines), peer
    assert any("SLSQP" in line and "not run" in line for line in lines)
    assert any(line.startswith("scenario") and "goals met" in line for line in lines)
    assert any(line.startswith("cascade") for line in lines)


def test_people_who_move_levers_get_right_answers(capsys):
    assert load.main(["--seconds", "0.8", "--clients", "4", "--users", "8"]) == 0, capsys.readouterr().out
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "client" in line or "user" in line]
    table = [line for line in lines if line[0] != "load"]
    assert len(table) == 6
    for line in table:
        moves, faults, checked = (int(line[at].replace(",", "")) for at in (-10, -5, -1))
        assert moves > 0
        assert faults == 0
        assert checked > 0 or "anywhere" in line


def test_a_browser_finds_what_is_measured(capsys):
    assert browser.main(["--moves", "3", "--loads", "1", "--pages", "1"]) == 0, capsys.readouterr().out
    lines = [line for line in capsys.readouterr().out.splitlines() if "agencies" in line]
    served, replayed, cold, *warm = ([float(cell.replace(",", "")) for cell in line.split()[-5:]] for line in lines)
    assert replayed[-5] > 0
    assert served[-1] > 0
    assert max(one[2] for one in warm) < cold[2] / 10, "a browser that was here before must not load everything again"


def test_files_are_read_as_large_as_is_promised(capsys):
    assert files.main(["--rows", "300", "--campaign", "phu-tho-2026"]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert "27 lines of progress; 27 tệp, 0 ô gõ tay: 0 lỗi, 100 dòng thay đổi." in lines[0]
    assert "27 lines of progress; 27 tệp, 0 ô gõ tay: 0 lỗi, 1 dòng thay đổi." in lines[1]
    assert "0 lỗi, 163 dòng" in lines[2]
    assert "300 lỗi, 0 dòng" in lines[3]
    assert all(line.endswith("300 rows") for line in lines[4:])


def test_looking_ahead_is_measured_at_small_sizes(capsys):
    assert ahead.main(["--draws", "50", "--communes", "60", "--points", "4", "--times", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["chance", "infer", "back-test", "sweep", "chance"]
    assert "equal_effort, 0 off" in lines[1]


def test_what_made_a_table_is_found_in_a_small_number_of_tables(capsys):
    learning.main(["--tables", "1", "--agencies", "12", "--rounding", "none"])
    *methods, last = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[1] for line in methods] == list(METHODS)
    assert last.startswith("none")
    assert "found" in last


def test_what_is_exported_is_read_back(capsys):
    assert exports.main(["--campaigns", "phu-tho-2026", "--suffixes", ".xlsx"]) == 0
    (line,) = capsys.readouterr().out.splitlines()[1:]
    assert line.split()[:3] == ["phu-tho-2026", ".xlsx", "163"]
    assert line.endswith("314 targets read back, equal")
    assert float(line.split()[4]) < 500, "MB"
