"""Which part is made by which generators."""
import os
import shutil

from .common import Out, Skipped
from .office import Office


def make(folder, wanted):
    skipped = []
    for part in wanted:
        out = Out(os.path.join(folder, part))
        {"demo": demo_part, "traps": traps_part, "scans": scans_part, "bad": bad_part, "olympiads": olympiads_part,
         "gto": gto_part}[part](out)
        skipped += [("%s/%s" % (part, name), why) for name, why in out.skipped]
    return skipped


def demo_part(out):
    from . import demo
    demo.make(out)


def traps_part(out):
    from . import cells, traps
    with Office() as office:
        wanted = {}
        wanted.update(cells.make(out))
        wanted.update(traps.make(out))
        for kind in ("xls", "ods"):
            jobs = {name: source for name, (source, k) in wanted.items() if k == kind}
            try:
                made = office.convert(sorted(set(jobs.values())), kind)
            except Skipped as e:
                out.skip(sorted(jobs), str(e))
                continue
            for name, source in jobs.items():
                shutil.copyfile(made[source], out.path(name))


def scans_part(out):
    from . import scans
    scans.make(out)


def bad_part(out):
    from . import bad
    bad.make(out)


def olympiads_part(out):
    from . import olympiads
    olympiads.make(out)


def gto_part(out):
    from . import gto
    gto.make(out)
