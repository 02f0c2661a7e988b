import subprocess
import sys


def test_a_folder_that_shadows_a_package_is_named(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").touch()
    done = subprocess.run([sys.executable, "-c", "import twinseek"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert str(tmp_path / "tools") in done.stderr
    assert "rename" in done.stderr
