"""Takes wechatpy, unmodified, through the whole life of a mini program's and of
an official account's template message against the Muban at MUBAN_URL."""

import os
import sys
import threading
import warnings

from mini import mini_program
from native import Native
from official import official_account
from steps import Steps

# The library calls its own deprecated methods.
warnings.filterwarnings("ignore", category=DeprecationWarning)

base = os.environ.get("MUBAN_URL", "").rstrip("/")
if not base:
    sys.exit("MUBAN_URL must name a running Muban, such as http://127.0.0.1:8080")


def give_up():
    print("not ok finish: got no end after 2 minutes, expected one", flush=True)
    os._exit(1)


limit = threading.Timer(120, give_up)
limit.daemon = True
limit.start()

steps = Steps()
native = Native(base)
mini_program(base, native, steps)
official_account(base, native, steps)
steps.end()
