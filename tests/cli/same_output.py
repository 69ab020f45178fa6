#!/usr/bin/env python3
"""same_output.py FILE PROGRAM ARGS...: FILE is exactly what the program prints."""
import subprocess, sys

want = open(sys.argv[1], encoding='utf-8').read().splitlines()
have = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
for i in range(max(len(want), len(have))):
    a, b = (want + [None] * len(have))[i], (have + [None] * len(want))[i]
    if a != b:
        sys.exit(f'{sys.argv[1]}:{i + 1}: has {a!r}, the program says {b!r}\n'
                 f'make it anew: {" ".join(sys.argv[2:])} > {sys.argv[1]}')
