"""docs/install.md, two nodes: its description and its commands give what machine 2 and ct112 need."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from ct112 import env_file
from tests.docs.blocks import DOCS, script

PAGE = DOCS / "install.md"


def test_the_pages_commands_render_both_nodes(tmp_path: Path) -> None:
    section = PAGE.read_text("utf-8").split("\n## Two nodes\n")[1].split("\n## ")[0]
    (described,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "asterisk.toml").write_text('[[trunk]]\nserver = "192.0.2.10"\n\n' + described)
    settings = tmp_path / "ct112.env"
    commands = script(
        "install.md",
        "two-nodes",
        {
            "--node a": f"--node a --env-file {settings} --target {tmp_path}/a",
            "--node b --target /root/node-b": f"--node b --env-file {settings} --target {tmp_path}/b",
        },
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-c", commands], env={**os.environ, "PATH": path}, check=True)
    a, b = env_file.nodes(settings.read_text(), settings)
    assert (a["ari_url"], b["ari_url"]) == ("http://127.0.0.1:8088/ari", "http://10.0.0.21:8088/ari")
    assert f"password = {b['ari_password']}" in (tmp_path / "b" / "ari.conf").read_text()
    assert "permit = 10.0.0.20\n" in (tmp_path / "b" / "manager.conf").read_text()
    assert "astetcdir => /etc/asterisk\n" in (tmp_path / "b" / "asterisk.conf").read_text()
    folders = json.loads(str(env_file.value(settings.read_text(), "CT112_FALLBACK_DIRS")))
    assert folders == {"a": "/var/lib/ct112/fallback"}, "node b is on another machine"
