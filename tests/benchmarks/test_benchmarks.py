"""The benchmarks run and their answers agree; how fast they are is read from `make bench`, never asserted."""

from tests.benchmarks.__main__ import main


def test_small_sizes_give_equal_answers(capsys):
    assert main(["--sizes", "30", "200", "--seconds", "0", "--cascade", "5", "60"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for peer in ("Clarabel through cvxpy", "SLSQP", "HiGHS"):
        assert any(peer in line and "equal: pooled" in line for line in lines), peer
    assert any("SLSQP" in line and "not run" in line for line in lines)
    assert any(line.startswith("scenario") and "goals met" in line for line in lines)
    assert any(line.startswith("cascade") for line in lines)
