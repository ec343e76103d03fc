#!/usr/bin/env python3
"""make_broken.py BASE_ENV DEST PYTHON [--out FILE] [--only NAME]
BASE_ENV is the `base` environment of make_envs.sh.  Every mutation is a hard-linked copy of it (DEST/<name>) with a few
files really changed, then judged by the real loader/interpreter (loader_truth.py + a run-time snippet).
Output: one JSON line per mutation {name, why, changed, expect, truth}; besides, all that the loader said of a mutation in
DEST/<name>.jsonl.  Needs patchelf, and pip with access to the package index.
"""
import argparse, glob, gzip, json, os, shutil, subprocess, sys, tempfile, zipfile
HERE = os.path.dirname(os.path.abspath(__file__))
ap = argparse.ArgumentParser(); ap.add_argument("base"); ap.add_argument("dest"); ap.add_argument("python"); ap.add_argument("--out"); ap.add_argument("--only", default="")
a = ap.parse_args(); BASE, DEST = os.path.abspath(a.base), os.path.abspath(a.dest); os.makedirs(DEST, exist_ok=True)
WH = os.path.join(DEST, ".wheels"); os.makedirs(WH, exist_ok=True)
def wheel(req, plat, py="3.11", abi="cp311"):
    d = os.path.join(WH, "%s-%s-%s" % (req.replace("==", "-"), plat, abi)); os.makedirs(d, exist_ok=True)
    if not glob.glob(d + "/*.whl"):
        subprocess.run([a.python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform", plat, "--python-version", py, "--implementation", "cp", "--abi", abi, "-d", d, req], check=True)
    return zipfile.ZipFile(glob.glob(d + "/*.whl")[0])
SP = "lib/python3.11/site-packages/"
M = []
def mut(name, why, only, run, expect, **kw):
    def deco(fn): M.append((name, why, fn, only, run, expect, kw)); return fn
    return deco
class Env:
    def __init__(s, root): s.root = root; s.changed = []
    def g(s, pat): r = sorted(glob.glob(os.path.join(s.root, SP + pat))); assert len(r) == 1, (pat, r); return r[0]
    def note(s, p, what): s.changed.append([os.path.relpath(p, s.root), what])
    def own(s, p):  # break the hard link
        t = p + ".own"; shutil.copy2(p, t); os.replace(t, p); return p
    def rm(s, pat): p = s.g(pat); (shutil.rmtree if os.path.isdir(p) else os.unlink)(p); s.note(p, "removed"); return p
    def put(s, p, data, what): 
        if os.path.lexists(p): os.unlink(p)
        open(p, "wb").write(data); os.chmod(p, 0o755); s.note(p, what)
    def patchelf(s, pat, *args): p = s.own(s.g(pat)); subprocess.run(["patchelf", *args, p], check=True); s.note(p, "patchelf " + " ".join(args)); return p
def member(z, frag): r = [n for n in z.namelist() if frag in n and not n.endswith((".pyi", ".py", "/"))]; assert len(r) == 1, (frag, r); return z.read(r[0])
NP, UM = "import numpy; numpy.linalg.inv(numpy.eye(3))", "numpy/core/_multiarray_umath.cpython-311-*.so"
TS = "import numpy as np, tsdownsample as t; print(t.MinMaxLTTBDownsampler().downsample(np.arange(1000, dtype='f4'), n_out=50)[:3])"

@mut("m00_unchanged", "control: nothing changed", "", NP + ";" + TS, "nothing")
def _(e): pass
@mut("m01_removed_lib", "library of a library removed", "numpy", NP, "missing libgfortran-040039e1.so.5.0.0, needed by libopenblas*, numpy broken")
def _(e): e.rm("numpy.libs/libgfortran-*")
@mut("m02_lib_file_renamed", "file renamed, SONAME unchanged", "numpy", NP, "missing libopenblas64_p-*.so; a file with that SONAME lies next to it under another name")
def _(e): p = e.g("numpy.libs/libopenblas*"); os.rename(p, os.path.join(os.path.dirname(p), "libopenblas.so")); e.note(p, "renamed to libopenblas.so")
@mut("m04_rpath_removed", "RPATH of the module removed", "numpy", NP, "missing libopenblas64_p-*.so although numpy.libs has it")
def _(e): e.patchelf(UM, "--remove-rpath")
@mut("m07_module_aarch64", "module from the aarch64 wheel under the x86_64 name", "numpy", NP, "wrong architecture (loader text: 'No such file or directory')")
def _(e): e.put(e.g(UM), member(wheel("numpy==1.26.4", "manylinux2014_aarch64"), "/_multiarray_umath.cpython"), "aarch64 file")
@mut("m10_module_truncated", "module cut in half", "numpy", NP, "truncated file (loader may crash with SIGBUS)")
def _(e): p = e.own(e.g(UM)); os.truncate(p, os.path.getsize(p) // 2); e.note(p, "truncated to half")
@mut("m12_zero_length", "zero-length module", "orjson", "import orjson; print(orjson.dumps({}))", "file too short")
def _(e): e.put(e.g("orjson/orjson.cpython*.so"), b"", "emptied")
@mut("m13_text_module", "text file named .so (a Git LFS pointer)", "rpds", "import rpds", "invalid ELF header")
def _(e): e.put(e.g("rpds/rpds.cpython*.so"), b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1034\n", "LFS pointer")
@mut("m15_lib_dangling", "library is a dangling symlink", "numpy", NP, "missing library")
def _(e): p = e.g("numpy.libs/libquadmath*"); os.unlink(p); os.symlink("../gone/" + os.path.basename(p), p); e.note(p, "dangling symlink")
@mut("m16_cp312_tag", "only a cpython-312 build of the module is there", "rpds", "import rpds", "no module for this interpreter (tag cpython-312)")
def _(e): p = e.rm("rpds/rpds.cpython*.so"); e.put(p.replace("cpython-311", "cpython-312"), member(wheel("rpds-py==0.23.1", "manylinux_2_17_x86_64", "3.12", "cp312"), "rpds.cpython-312"), "cp312 build")
@mut("m18b_musl_cryptography", "musllinux abi3 wheel in a glibc environment", "cryptography", "import cryptography.hazmat.bindings._rust", "missing libc.musl-x86_64.so.1 or libc.so")
def _(e): e.put(e.g("cryptography/hazmat/bindings/_rust.abi3.so"), member(wheel("cryptography==44.0.2", "musllinux_1_2_x86_64", "3.11", "abi3"), "_rust.abi3.so"), "musl build")
@mut("m22_umath_removed", "numpy's C-API provider removed", "numpy", TS, "numpy and everything on its C-API broken")
def _(e): e.rm(UM)
@mut("m24_numpy_gone", "numpy uninstalled", "tsdownsample", TS, "tsdownsample: NumPy C-API provider missing")
def _(e):
    e.rm("numpy"); e.rm("numpy.libs"); e.rm("numpy-1.26.4.dist-info")
@mut("m28_removed_lib_llp", "as m01, the library in an extra folder named by LD_LIBRARY_PATH", "numpy", NP, "nothing fails with LD_LIBRARY_PATH={ENV}/extra", setenv=["LD_LIBRARY_PATH={ENV}/extra"])
def _(e): p = e.g("numpy.libs/libgfortran-*"); os.makedirs(os.path.join(e.root, "extra")); os.rename(p, os.path.join(e.root, "extra", os.path.basename(p))); e.note(p, "moved to extra/")
@mut("m29_llp_shadows_runpath", "LD_LIBRARY_PATH names a folder with a stub of a library that RPATH finds", "numpy", NP, "RPATH wins over LD_LIBRARY_PATH: nothing fails", setenv=["LD_LIBRARY_PATH={ENV}/extra"])
def _(e): p = e.g("numpy.libs/libgfortran-*"); os.makedirs(os.path.join(e.root, "extra")); e.put(os.path.join(e.root, "extra", os.path.basename(p)), open(e.g("numpy.libs/libquadmath*"), "rb").read(), "libquadmath under libgfortran's name")
if not shutil.which("patchelf"): sys.exit("patchelf is not there; install it with the system's package manager")
out = (gzip.open(a.out, "wt") if a.out and a.out.endswith(".gz") else open(a.out, "w")) if a.out else sys.stdout
for name, why, fn, only, run, expect, kw in M:
    if a.only not in name: continue
    root = os.path.join(DEST, name); shutil.rmtree(root, ignore_errors=True); subprocess.run(["cp", "-al", BASE, root], check=True)
    e = Env(root); fn(e); tmp = tempfile.mktemp(); py = os.path.join(root, "bin/python")
    subprocess.run([sys.executable, os.path.join(HERE, "loader_truth.py"), root, py, "--only", only, "--out", tmp, "--no-bindings", *[x for s in kw.get("setenv", []) for x in ("--setenv", s)]], check=True, stderr=subprocess.DEVNULL)
    L = [json.loads(x) for x in open(tmp)]; shutil.move(tmp, root + ".jsonl"); head, recs = L[0], L[1:]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON"))}; env.update(PYTHONDONTWRITEBYTECODE="1", OPENBLAS_NUM_THREADS="1", RUST_BACKTRACE="0")
    for s in kw.get("setenv", []): env[s.split("=")[0]] = s.split("=", 1)[1].replace("{ENV}", root)
    p = subprocess.run([py, "-I", "-c", run], capture_output=True, text=True, env=env, timeout=120, cwd=tempfile.gettempdir())
    t = {"run": {"snippet": run, "rc": p.returncode, "out": p.stdout[-300:], "err": p.stderr.replace(root, "{ENV}")[-1500:]}, "packages": head.get("packages"), "files": []}
    ch = {c for c, _ in e.changed}
    for r in recs:
        bad = not r["dlopen"]["ok"] or ("import" in r and not r["import"]["ok"])
        if r["file"] in ch or (bad and r["kind"] != "library") or not only:
            for k in ("loaded_new", "closure", "in_context"): r.pop(k, None)
            if r["file"] not in ch and "trace" in r: r.pop("trace")
            t["files"].append(r)
    t["n_ext_import_fail"] = sum(1 for r in recs if "import" in r and not r["import"]["ok"]); t["n_ext_dlopen_fail"] = sum(1 for r in recs if r["kind"] != "library" and not r["dlopen"]["ok"])
    if not only: t["files"] = []
    out.write(json.dumps({"name": name, "why": why, "changed": e.changed, "expect": expect, **({"setenv": kw["setenv"]} if kw else {}), "truth": t}) + "\n"); out.flush()
    last = (p.stderr.strip().splitlines() or p.stdout.strip().splitlines() or [""])[-1][:150]
    print("%-30s ext: import fail %2d, dlopen fail %2d | run rc %d %s" % (name, t["n_ext_import_fail"], t["n_ext_dlopen_fail"], p.returncode, last), file=sys.stderr)
