"""A real nginx that lets through only so many requests a second."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  limit_req_zone $server_name zone=all:1m rate={rate}r/s;
  limit_req_status 429;
  upstream gateway {{ server {upstream}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    server_name limited;
    keepalive_requests 100000;
    location / {{
      limit_req zone=all burst={burst} nodelay;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://gateway;
    }}
  }}
}}
"""


def find_nginx():
    """The nginx of this machine, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Nginx:
    """Passes requests on to an upstream, `rate` a second with bursts of 150 % of that."""

    def __init__(self, folder, upstream, rate):
        self._folder = Path(folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        words = CONFIGURATION.format(
            folder=folder,
            rate=rate,
            burst=rate * 3 // 2,
            upstream=upstream.removeprefix("http://"),
            port=self.port,
        )
        (self._folder / "nginx.conf").write_text(words)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._process = subprocess.Popen(  # noqa: S603 - the machine's own nginx
            [find_nginx(), "-p", str(self._folder), "-c", "nginx.conf"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise RuntimeError(f"nginx does not start: {self._process.communicate()[1]!r}")

    def __exit__(self, *exception):
        self._process.terminate()
        self._process.wait(20)
        self._process.stderr.close()
