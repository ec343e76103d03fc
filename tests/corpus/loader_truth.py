#!/usr/bin/env python3
"""loader_truth.py ENV_DIR PYTHON [--out FILE] [--jobs N] [--timeout S] [--no-import] [--no-bindings] [--only SUBSTR]

Ground truth from the REAL glibc loader and the REAL interpreter; no emulation here.
For every native file under ENV_DIR it asks, each in a process of its own (forked from a warm, minimal server):
  trace   LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_BIND_NOW=1 LD_PRELOAD=<file> PYTHON   (no code is run; ALL undefined
          symbols / missing versions / 'not found' libraries in the context "python + this file")
  dlopen  RTLD_NOW|RTLD_LOCAL from a bare `PYTHON -I -S` (ctypes only), under LD_DEBUG=files,libs,bindings
  needed  each DT_NEEDED asked back with dlopen(name, RTLD_NOLOAD)+dlinfo(RTLD_DI_LINKMAP) after the dlopen
  import  importlib.import_module(<dotted name>) with the package's normal __init__
  init    ExtensionFileLoader on this very file (PyInit alone, package __init__ not run first);
          only asked where the import failed
Only the Python standard library is used.  Output: JSON lines: one record about the environment, then one per native file.
"""
import argparse, gzip, hashlib, json, os, re, struct, subprocess, sys, tempfile, time

# --------------------------------------------------------------------------------------------- inner: dlopen server
INNER_DLOPEN = r'''
import os, sys, json, signal, time, struct
import _ctypes, ctypes
CFG = json.loads(sys.stdin.readline())
TMP, TIMEOUT, SHARD, BIND = CFG["tmp"], CFG["timeout"], CFG["shard"], CFG["bindings"]
out = os.fdopen(os.dup(1), "w", buffering=1)
null = os.open(os.devnull, os.O_RDWR)
os.dup2(null, 1); os.dup2(null, 2); os.dup2(null, 0) if False else None
class LM(ctypes.Structure): pass
LM._fields_ = [("l_addr", ctypes.c_size_t), ("l_name", ctypes.c_char_p), ("l_ld", ctypes.c_void_p),
               ("l_next", ctypes.POINTER(LM)), ("l_prev", ctypes.POINTER(LM))]
_me = ctypes.CDLL(None)
try: dlinfo = _me.dlinfo
except AttributeError: dlinfo = ctypes.CDLL("libdl.so.2").dlinfo
dlinfo.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
def lm_of(h):
    p = ctypes.POINTER(LM)()
    if dlinfo(h, 2, ctypes.byref(p)) != 0: return None
    return p.contents
def nm(m):
    n = os.fsdecode(m.l_name or b"")
    return n if n else os.path.realpath("/proc/self/exe")
def loaded():
    m = lm_of(_me._handle)
    while m.l_prev: m = m.l_prev.contents
    r = []
    while True:
        r.append(nm(m))
        if not m.l_next: break
        m = m.l_next.contents
    return r
BASE = loaded()
out.write(json.dumps({"base": BASE}) + "\n")

def elf_needed(path):
    """DT_NEEDED strings of a file by PT_DYNAMIC (empty on anything odd)."""
    try:
        f = open(path, "rb"); d = f.read(64)
        if d[:4] != b"\x7fELF" or d[4] != 2 or d[5] != 1: return []
        phoff, = struct.unpack_from("<Q", d, 32); phes, phn = struct.unpack_from("<HH", d, 54)
        f.seek(phoff); ph = f.read(phes * phn); loads = []; dyn = None
        for i in range(phn):
            t, fl, o, va, pa, fs, ms, al = struct.unpack_from("<IIQQQQQQ", ph, i * phes)
            if t == 1: loads.append((va, o, fs))
            if t == 2: dyn = (o, fs)
        if not dyn: return []
        f.seek(dyn[0]); dd = f.read(dyn[1]); need = []; st = None; sz = 0
        for i in range(0, len(dd) - 15, 16):
            t, v = struct.unpack_from("<QQ", dd, i)
            if t == 0: break
            if t == 1: need.append(v)
            if t == 5: st = v
            if t == 10: sz = v
        so = next(o + st - va for va, o, fs in loads if va <= st < va + fs)
        f.seek(so); s = f.read(sz)
        return [os.fsdecode(s[n:s.index(b"\0", n)]) for n in need]
    except Exception: return []

def ask(name):
    try: h = _ctypes.dlopen(name, 4 | 1)          # RTLD_NOLOAD | RTLD_LAZY
    except OSError: return None
    m = lm_of(h)
    return nm(m) if m is not None else None

def child(path, dbg, wfd):
    fd = os.open(dbg, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600); os.dup2(fd, 2); os.close(fd)
    signal.alarm(TIMEOUT)
    r = {}
    try:
        h = _ctypes.dlopen(path, 2)               # RTLD_NOW | RTLD_LOCAL, what the import system passes
    except OSError as e:
        r["ok"] = False; r["error"] = str(e)
    else:
        os.dup2(null, 2)
        r["ok"] = True
        now = loaded(); b = set(BASE); new = [x for x in now if x not in b]
        r["new"] = new
        me = lm_of(h); r["self"] = nm(me)
        edges = []
        for who in [r["self"]] + [x for x in new if x != r["self"]]:
            for n in elf_needed(who): edges.append([who, n, ask(n)])
        r["edges"] = edges
    os.write(wfd, json.dumps(r).encode()); os._exit(0)

def parse(dbg):
    """LD_DEBUG text -> (found edges [(requester, name, path, via)], bindings {(who, sym, ver, provider)})"""
    found = []; cur = None; last = None; via = None; binds = {}; searched = []
    try: f = open(dbg, "rb")
    except OSError: return found, binds, searched
    for raw in f:
        i = raw.find(b":\t")
        if i < 0 or not raw[:i].strip().isdigit():
            if raw.strip(): searched.append(raw.decode("utf-8", "replace").strip()); del searched[:-3]
            continue
        ln = raw[i+2:].rstrip(b"\n").decode("utf-8", "surrogateescape")
        if ln.startswith("binding file "):
            try:
                a, rest = ln[13:].split(" [", 1); rest = rest.split("] to ", 1)[1]
                p, rest = rest.split(" [", 1); rest = rest.split("]: ", 1)[1]
                kind, sy = rest.split(" symbol `", 1); sym, v = sy.split("'", 1); v = v.strip().strip("[]")
                binds.setdefault(a, {}).setdefault(p, set()).add(sym + ("@" + v if v else ""))
            except (IndexError, ValueError): pass
        elif ln.startswith("file="):
            name, rest = ln[5:].split(" [", 1)
            if "needed by " in rest:
                if "(relocation dependency)" in rest: continue
                by = rest.split("needed by ", 1)[1].rsplit(" [", 1)[0]; cur = (by, name); last = None; via = "direct"
            elif "dynamically loaded by " in rest: cur = (None, name); last = None; via = "direct"
            elif "generating link map" in rest and cur:
                if cur[0] is not None: found.append([cur[0], cur[1], last or cur[1], via])
                cur = None
        elif ln.startswith(" search path="):
            k = ln[13:].rsplit("\t\t(", 1)[-1].rstrip(")")
            via = ("rpath:" + k[len("RPATH from file "):]) if k.startswith("RPATH") else ("runpath:" + k[len("RUNPATH from file "):]) \
                  if k.startswith("RUNPATH") else "ld_library_path" if k == "LD_LIBRARY_PATH" else "default" if k == "system search path" else k
        elif ln.startswith(" search cache="): via = "cache"
        elif ln.startswith("  trying file="): last = ln[14:]
    f.close()
    return found, binds, searched

for line in sys.stdin:
    path = json.loads(line)
    dbg = os.path.join(TMP, "dbg.%d" % SHARD)
    rfd, wfd = os.pipe(); t0 = time.time()
    pid = os.fork()
    if pid == 0:
        try: os.close(rfd); child(path, dbg, wfd)
        except BaseException as e:
            try: os.write(wfd, json.dumps({"ok": False, "harness": repr(e)}).encode())
            finally: os._exit(3)
    os.close(wfd); buf = b""
    while True:
        b = os.read(rfd, 65536)
        if not b: break
        buf += b
    os.close(rfd); _, st = os.waitpid(pid, 0)
    if buf: r = json.loads(buf)
    else:
        sig = st & 127
        r = {"ok": False, "error": "timeout" if sig == signal.SIGALRM else "crash: signal %d" % sig if sig else "crash: exit %d" % (st >> 8), "signal": sig}
    if buf and (st & 127): r["exit_signal"] = st & 127
    found, binds, tail = parse(dbg)
    if not r.get("ok") and tail: r["tail"] = tail
    r["found"] = found
    me = r.get("self", path)
    if BIND and r.get("ok"): r["bind"] = {p: sorted(s) for p, s in binds.get(me, {}).items()}
    try: os.unlink(dbg)
    except OSError: pass
    r["path"] = path
    out.write(json.dumps(r) + "\n")
'''

# --------------------------------------------------------------------------------------------- inner: import server
INNER_IMPORT = r'''
import os, sys, json, signal, time
CFG = json.loads(sys.stdin.readline()); TIMEOUT = CFG["timeout"]; TMP = CFG["tmp"]; SHARD = CFG["shard"]
for p in CFG["path"]:
    if p not in sys.path: sys.path.append(p)
out = os.fdopen(os.dup(1), "w", buffering=1)
null = os.open(os.devnull, os.O_RDWR); os.dup2(null, 1)
def probe(reqs):
    """DT_NEEDED names asked back from the loader in this process: {name: path|None} per file"""
    import ctypes, _ctypes
    class LM(ctypes.Structure): pass
    LM._fields_ = [("l_addr", ctypes.c_size_t), ("l_name", ctypes.c_char_p)]
    me = ctypes.CDLL(None); dlinfo = me.dlinfo; dlinfo.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    r = {}
    for f, names in reqs.items():
        d = r[f] = {}
        for n in names:
            try: h = _ctypes.dlopen(n, 4 | 1)
            except OSError: d[n] = None; continue
            p = ctypes.POINTER(LM)()
            d[n] = os.fsdecode(p.contents.l_name or b"") or os.path.realpath("/proc/self/exe") if dlinfo(h, 2, ctypes.byref(p)) == 0 else None
    return r
def chain(e):
    r = []; seen = set()
    while e is not None and id(e) not in seen and len(r) < 6:
        seen.add(id(e)); x = {"class": type(e).__name__, "msg": str(e)[:1500]}
        if isinstance(e, ImportError):
            if e.name: x["name"] = e.name
            if e.path: x["path"] = e.path
        r.append(x); e = e.__cause__ or (None if e.__suppress_context__ else e.__context__)
    return r
def errtail(f):
    try:
        b = open(f, "rb").read(); return b[-1500:].decode("utf-8", "replace")
    except OSError: return ""
def forked(fn, errfile):
    """run fn(emit) in a forked child; returns (list of emitted records, status or None)"""
    rfd, wfd = os.pipe(); pid = os.fork()
    if pid == 0:
        os.close(rfd)
        fd = os.open(errfile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600); os.dup2(fd, 2); os.close(fd)
        w = os.fdopen(wfd, "w", buffering=1)
        try: fn(lambda o: (w.write(json.dumps(o) + "\n"), w.flush()))
        finally: os._exit(0)
    os.close(wfd); recs = []
    with os.fdopen(rfd) as r:
        for ln in r: recs.append(json.loads(ln))
    _, st = os.waitpid(pid, 0); return recs, st
def result(name, errfile, reqs):
    import importlib
    t0 = time.time()
    try: m = importlib.import_module(name)
    except BaseException as e:
        c = chain(e); r = {"ok": False, "error_class": c[0]["class"], "error": c[0]["msg"], "chain": c[1:], "name": c[0].get("name")}
    else:
        r = {"ok": True, "origin": getattr(getattr(m, "__spec__", None), "origin", None)}
        try: r["needed"] = probe(reqs)
        except Exception as e: r["probe_error"] = repr(e)
    r["ms"] = int(1000 * (time.time() - t0)); sys.stderr.flush(); t = errtail(errfile)
    if t.strip(): r["stderr"] = t
    return r
def direct(name, path, errfile):
    """PyInit of this one file, its package's __init__ not run first (unless the module itself imports it)"""
    import importlib.util, importlib.machinery
    try:
        sp = importlib.util.spec_from_file_location(name, path, loader=importlib.machinery.ExtensionFileLoader(name, path))
        m = importlib.util.module_from_spec(sp); sys.modules[name] = m; sp.loader.exec_module(m); r = {"ok": True}
    except BaseException as e:
        c = chain(e); r = {"ok": False, "error_class": c[0]["class"], "error": c[0]["msg"], "chain": c[1:]}
    sys.stderr.flush(); t = errtail(errfile)
    if t.strip(): r["stderr"] = t
    return r
def dead(st): 
    s = st & 127
    return {"ok": False, "error_class": "Timeout" if s == signal.SIGALRM else "Crash", "error": "signal %d" % s if s else "exit %d" % (st >> 8)}
for line in sys.stdin:
    job = json.loads(line); top = job["top"]; mods = job["mods"]   # mods: [[module, file, needed], ...]
    e0 = os.path.join(TMP, "err0.%d" % SHARD); e1 = os.path.join(TMP, "err1.%d" % SHARD)
    def pkg(emit):
        signal.alarm(TIMEOUT); r = result(top, e0, {})
        signal.alarm(0); emit({"pkg": top, "r": r})
        if not r["ok"]:
            return
        for m, f, need in mods:
            if m in sys.modules:
                x = result(m, e0, {f: need}); x["via"] = "package-init"; x.pop("stderr", None); emit({"mod": m, "file": f, "r": x}); continue
            def one(em, m=m, f=f, need=need):
                signal.alarm(TIMEOUT); em({"r": result(m, e1, {f: need})})
            rr, st = forked(one, e1)
            x = rr[0]["r"] if rr else dead(st)
            if not rr and errtail(e1).strip(): x["stderr"] = errtail(e1)
            emit({"mod": m, "file": f, "r": x})
    recs, st = forked(pkg, e0)
    done = {(r["mod"], r["file"]) for r in recs if "mod" in r}
    prs = [r["r"] for r in recs if "pkg" in r]
    for r in recs:
        if "mod" in r: out.write(json.dumps(r) + "\n")
    for m, f, need in mods:
        if (m, f) in done: continue
        # the package itself failed (or died): ask for the module alone, in a process of its own, from the bare server
        def one(em, m=m, f=f, need=need):
            signal.alarm(TIMEOUT); em({"r": result(m, e1, {f: need})})
        rr, s2 = forked(one, e1)
        x = rr[0]["r"] if rr else dead(s2)
        if not rr and errtail(e1).strip(): x["stderr"] = errtail(e1)
        recs.append({"mod": m, "file": f, "r": x})
        out.write(json.dumps({"mod": m, "file": f, "r": x}) + "\n")
    out.write(json.dumps({"pkgdone": top, "r": prs[0] if prs else dead(st)}) + "\n")
    good = {(r["mod"], r["file"]) for r in recs if "mod" in r and r["r"]["ok"]}
    for m, f, need in mods:
        if (m, f) in good: continue                 # it imported; nothing more to learn
        def one(em, m=m, f=f):
            signal.alarm(TIMEOUT); em({"r": direct(m, f, e1)})
        rr, s2 = forked(one, e1); x = rr[0]["r"] if rr else dead(s2)
        if not rr and errtail(e1).strip(): x["stderr"] = errtail(e1)
        out.write(json.dumps({"init": m, "file": f, "r": x}) + "\n")
'''

# --------------------------------------------------------------------------------------------- outer
def elf_info(path):
    """Minimal independent ELF facts (both classes, both byte orders)."""
    r = {}
    try:
        with open(path, "rb") as f: d = f.read()
    except OSError as e: return {"format": "unreadable", "unreadable": e.strerror}
    r["size"] = len(d)
    if d[:4] != b"\x7fELF":
        r["format"] = "empty" if not d else "mach-o" if d[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe") else "pe" if d[:2] == b"MZ" else \
            "text" if all(b in b"\t\n\r" or 32 <= b < 127 for b in d[:256]) else "unknown"
        return r
    r["format"] = "elf"
    try:
        c64 = d[4] == 2; en = "<" if d[5] == 1 else ">"
        r["class"] = 64 if c64 else 32; et, em = struct.unpack_from(en + "HH", d, 16)
        r["machine"] = {62: "x86_64", 3: "i386", 183: "aarch64", 40: "arm", 21: "ppc64", 22: "s390", 243: "riscv"}.get(em, em)
        r["etype"] = {1: "REL", 2: "EXEC", 3: "DYN", 4: "CORE"}.get(et, et)
        if c64: phoff, shoff = struct.unpack_from(en + "QQ", d, 32); phes, phn, shes, shn = struct.unpack_from(en + "HHHH", d, 54)
        else: phoff, shoff = struct.unpack_from(en + "II", d, 28); phes, phn, shes, shn = struct.unpack_from(en + "HHHH", d, 42)
        loads, dyn = [], None
        for i in range(phn):
            if c64: t, fl, o, va, pa, fs, ms, al = struct.unpack_from(en + "IIQQQQQQ", d, phoff + i * phes)
            else: t, o, va, pa, fs, ms, fl, al = struct.unpack_from(en + "IIIIIIII", d, phoff + i * phes)
            if t == 1: loads.append((va, o, fs))
            elif t == 2: dyn = (o, fs)
            elif t == 3: r["interp"] = d[o:o + fs].rstrip(b"\0").decode("latin-1")
            elif t == 0x6474e551: r["execstack"] = bool(fl & 1)
        off = lambda a: next((o + a - va for va, o, fs in loads if va <= a < va + fs), None)
        if dyn:
            ent = []; w = 16 if c64 else 8
            for i in range(dyn[0], dyn[0] + dyn[1] - w + 1, w):
                t, v = struct.unpack_from(en + ("QQ" if c64 else "II"), d, i)
                if t == 0: break
                ent.append((t, v))
            st = off(dict(ent).get(5, 0)); s = lambda n: d[st + n:d.index(b"\0", st + n)].decode("utf-8", "surrogateescape")
            r["needed"] = [s(v) for t, v in ent if t == 1]
            for t, v in ent:
                if t == 14: r["soname"] = s(v)
                elif t == 15: r["rpath"] = s(v)
                elif t == 29: r["runpath"] = s(v)
                elif t == 0x6ffffffb: r["flags_1"] = v
                elif t == 0x7fffffff: r["filter"] = s(v)
                elif t == 0x7ffffffd: r["auxiliary"] = s(v)
            sy = dict(ent).get(6); pi = []
            if sy is not None and b"PyInit" in d:
                so, sz = off(sy), dict(ent).get(10, 0); es = 24 if c64 else 16
                # number of symbols: section header of type DYNSYM, else up to dynstr
                n = 0
                for i in range(shn):
                    h = struct.unpack_from(en + ("IIQQQQIIQQ" if c64 else "IIIIIIIIII"), d, shoff + i * shes)
                    if h[1] == 11: n = h[5] // es
                if not n and st and so and st > so: n = (st - so) // es
                for i in range(n):
                    if c64: nm, info, oth, shx = struct.unpack_from(en + "IBBH", d, so + i * es)
                    else: nm, _, _, info, oth, shx = struct.unpack_from(en + "IIIBBH", d, so + i * es)
                    if shx and d.startswith(b"PyInit", st + nm): pi.append(s(nm))
            if pi: r["pyinit"] = sorted(set(pi))
    except Exception as e: r["parse_error"] = type(e).__name__ + ": " + str(e)
    return r

def discover(env):
    res = []
    for dp, dn, fn in os.walk(env):
        dn[:] = sorted(x for x in dn if x != "__pycache__")
        for n in sorted(fn) + [x for x in dn if re.search(r"\.so(\.|$)", x)]:
            p = os.path.join(dp, n)
            if re.search(r"\.so(\.[^/]*)?$", n) and not n.endswith((".py", ".pyi", ".txt", ".json", ".hmac")): res.append(p); continue
            if os.path.islink(p) or not os.path.isfile(p): continue
            try:
                with open(p, "rb") as f:
                    if f.read(4) == b"\x7fELF": res.append(p)
            except OSError: pass
    return res

def main():
    ap = argparse.ArgumentParser(); ap.add_argument("env"); ap.add_argument("python"); ap.add_argument("--out"); ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--timeout", type=int, default=90); ap.add_argument("--no-import", action="store_true"); ap.add_argument("--no-bindings", action="store_true")
    ap.add_argument("--only", default=""); ap.add_argument("--path", action="append", default=[], help="extra import root, relative to ENV_DIR ('.' for a bare --target folder)")
    ap.add_argument("--setenv", action="append", default=[], metavar="K=V", help="e.g. LD_LIBRARY_PATH=... for every probe ({ENV} is replaced)")
    a = ap.parse_args(); T0 = time.time()
    env = os.path.realpath(a.env); py = os.path.abspath(a.python) if os.sep in a.python else a.python
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LD_", "VIRTUAL_ENV", "QT_")) and k != "MALLOC_TRIM_THRESHOLD_"}
    clean.update(PYTHONDONTWRITEBYTECODE="1", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MPLCONFIGDIR=tempfile.gettempdir(), HOME=tempfile.gettempdir(), RUST_BACKTRACE="0")
    for kv in a.setenv: clean[kv.split("=", 1)[0]] = kv.split("=", 1)[1].replace("{ENV}", env)
    info = json.loads(subprocess.check_output([py, "-I", "-c", "import sys,json,importlib.machinery as m,sysconfig as s,platform as p,os;print(json.dumps(dict(path=sys.path,"
        "suffixes=m.EXTENSION_SUFFIXES,version=sys.version.split()[0],soabi=s.get_config_var('SOABI'),exe=os.path.realpath(sys.executable),base=sys.base_prefix,libc=p.libc_ver()[1],shared=s.get_config_var('Py_ENABLE_SHARED'))))"], env=clean))
    extra = [os.path.normpath(os.path.join(env, p)) for p in a.path]
    roots = [os.path.realpath(p) for p in info["path"] + extra if os.path.realpath(p).startswith(env + "/") or os.path.realpath(p) == env]
    base = os.path.realpath(info["base"])
    def short(p):
        if p is None: return None
        p = os.path.realpath(p) if p.startswith("/") else p
        if p == env or p.startswith(env + "/"): return "{ENV}" + p[len(env):]
        if base != "/usr" and p.startswith(base + "/"): return "{PY}" + p[len(base):]
        return p
    sub = lambda s: s.replace(env, "{ENV}").replace(base, "{PY}") if base != "/usr" else s.replace(env, "{ENV}")
    files = [f for f in discover(env) if a.only in f]
    recs = {}; order = []
    for f in files:
        r = {"file": os.path.relpath(f, env)}
        if os.path.islink(f):
            r["symlink"] = os.readlink(f); r["target"] = short(f) if os.path.exists(f) else None
        r["elf"] = {"format": "directory"} if os.path.isdir(f) else elf_info(f)
        n = os.path.basename(f); suf = next((s for s in info["suffixes"] if n.endswith(s)), None)
        stem = n[:-len(suf)] if suf else n.split(".")[0]
        pi = r["elf"].get("pyinit", []); has = ("PyInit_" + stem) in pi
        if not stem.isidentifier(): suf, stem = None, n.split(".")[0]; has = ("PyInit_" + stem) in pi
        tagged = suf not in (None, ".so")
        mod = None
        for root in sorted(roots, key=len, reverse=True):
            if os.path.dirname(f) == root or f.startswith(root + "/"):
                parts = os.path.relpath(os.path.dirname(f), root).split("/"); parts = [] if parts == ["."] else parts
                if all(p.isidentifier() for p in parts) and stem.isidentifier(): mod = ".".join(parts + [stem])
                break
        r["kind"] = ("executable" if "interp" in r["elf"] and not pi and not n.endswith(".so") and ".so." not in n else "extension" if (has and suf) or (tagged and mod) else
                     "extension-unmatched-name" if pi or re.search(r"\.(cpython-\d+|pypy\d+)[^/]*\.so$|\.abi3\.so$", n) else "library")
        r["suffix"] = suf
        if mod and r["kind"].startswith("extension"): r["module"] = mod
        recs[f] = r; order.append(f)
    print("%d files, %d extension modules" % (len(files), sum("module" in r for r in recs.values())), file=sys.stderr)
    tmp = tempfile.mkdtemp(prefix="elftruth")
    # ---- 1. trace: python + file, nothing executed
    t1 = time.time()
    def trace_cmd(f):
        e = dict(clean)
        if recs[f]["kind"] == "executable":
            e.update(LD_TRACE_LOADED_OBJECTS="1", LD_WARN="1", LD_BIND_NOW="1"); return [recs[f]["elf"].get("interp", "/lib64/ld-linux-x86-64.so.2"), f], e
        e.update(LD_TRACE_LOADED_OBJECTS="1", LD_WARN="1", LD_BIND_NOW="1", LD_PRELOAD=f); return [info["exe"]], e
    def parse_trace(txt, f):
        lib = {}; und = []; ver = []; oth = []; inter = False
        for ln in txt.splitlines():
            m = re.match(r"\t(\S.*?) => (not found|.*?)(?: \(0x[0-9a-f]+\))?$", ln)
            if m: lib[m[1]] = None if m[2] == "not found" else short(m[2]); continue
            if re.match(r"\t\S.* \(0x[0-9a-f]+\)$", ln): continue
            m = re.match(r"(?:undefined symbol|symbol lookup error:.*undefined symbol): (\S+?)(?:, version (\S+))?\s+\((.*)\)$", ln)
            if m: und.append([m[1] + ("@" + m[2] if m[2] else ""), short(m[3])]); continue
            if "version `" in ln or "no version information" in ln: ver.append(sub(ln.strip())); continue
            if ln.strip(): oth.append(sub(ln.strip()))
        d = {"libs": lib}
        mine = short(f); u_me = sorted({s for s, w in und if w == mine}); u_oth = sorted({(s, w) for s, w in und if w != mine})
        d["undefined"] = u_me[:100]; d["n_undefined"] = len(u_me)
        if u_oth: d["undefined_in_deps"] = [list(x) for x in u_oth[:30]]; d["n_undefined_in_deps"] = len(u_oth)
        if ver: d["version"] = ver[:20]
        if oth: d["other"] = oth[:5]
        return d
    def need_trace(f): return not (" " in f or ":" in f)
    running = []; todo = [f for f in order if need_trace(f)]
    base_und = None
    def reap(p, f, fh):
        try: rc = p.wait(a.timeout)
        except subprocess.TimeoutExpired: p.kill(); rc = p.wait()
        fh.seek(0); txt = fh.read().decode("utf-8", "replace"); fh.close()
        d = parse_trace(txt, f); 
        if rc: d["rc"] = rc
        recs[f]["trace"] = d
    for f in todo:
        c, e = trace_cmd(f); fh = tempfile.TemporaryFile(dir=tmp)
        running.append((subprocess.Popen(c, env=e, stdout=fh, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=tmp), f, fh))
        if len(running) >= a.jobs * 2: reap(*running.pop(0))
    for x in running: reap(*x)
    t_trace = time.time() - t1
    # ---- 2. dlopen
    t1 = time.time(); shards = [order[i::a.jobs] for i in range(a.jobs)]; procs = []
    e = dict(clean); e["LD_DEBUG"] = "files,libs" + ("" if a.no_bindings else ",bindings")
    for i, sh in enumerate(shards):
        fi = open(os.path.join(tmp, "in.%d" % i), "w+")
        fi.write(json.dumps({"tmp": tmp, "timeout": a.timeout, "shard": i, "bindings": not a.no_bindings}) + "\n" + "".join(json.dumps(f) + "\n" for f in sh)); fi.seek(0)
        fo = open(os.path.join(tmp, "out.%d" % i), "w+")
        procs.append((subprocess.Popen([py, "-I", "-S", "-c", INNER_DLOPEN], stdin=fi, stdout=fo, stderr=subprocess.DEVNULL, env=e, cwd=tmp), fo))
    baseloaded = None
    for p, fo in procs:
        p.wait(); fo.seek(0)
        for ln in fo:
            r = json.loads(ln)
            if "base" in r: baseloaded = [short(x) for x in r["base"]]; continue
            rec = recs[r["path"]]; me = r.get("self", r["path"])
            d = {"ok": r["ok"]}
            if not r["ok"]: d["error"] = sub(r.get("error", r.get("harness", "?")))
            if r.get("tail"): d["stderr"] = sub(" / ".join(r["tail"]))[:600]
            if r.get("exit_signal"): d["exit_signal"] = r["exit_signal"]
            rec["dlopen"] = d
            fnd = {(w, n): (p_, v) for w, n, p_, v in r["found"]}
            need = rec["elf"].get("needed", []) if rec["elf"].get("format") == "elf" else []
            if r["ok"]:
                got = {(w, n): p_ for w, n, p_ in r["edges"]}
                rec["needed"] = [{"name": n, "path": short(got.get((me, n))), "via": sub(fnd[(me, n)][1]) if (me, n) in fnd else "already-loaded"} for n in need]
                # ((already-loaded) also covers: loaded earlier in this same dlopen by a sibling
                rec["closure"] = [[short(w), n, short(p_)] for w, n, p_ in r["edges"] if w != me]
                rec["loaded_new"] = [short(x) for x in r["new"]]
                if "bind" in r:
                    rec["bind"] = {short(p_): len(s) for p_, s in sorted(r["bind"].items())}
                    rec["bind_sha256"] = hashlib.sha256("\n".join(sorted(s + " " + short(p_) for p_, ss in r["bind"].items() for s in ss)).encode("utf-8", "surrogateescape")).hexdigest()[:16]
            else:
                rec["needed"] = []
                tr = rec.get("trace", {}).get("libs", {})
                for n in need:
                    if (me, n) in fnd: rec["needed"].append({"name": n, "path": short(fnd[(me, n)][0]), "via": sub(fnd[(me, n)][1])})
                    elif n in tr: rec["needed"].append({"name": n, "path": tr[n], "via": "trace"})
                    else:
                        b = next((x for x in baseloaded or [] if os.path.basename(x) == n), None)
                        rec["needed"].append({"name": n, "path": b, "via": "already-loaded" if b else "unknown"})
    t_dl = time.time() - t1
    # ---- 3. import
    t1 = time.time(); pk = {}
    if not a.no_import:
        for f in order:
            r = recs[f]
            if r.get("module"): pk.setdefault(r["module"].split(".")[0], []).append([r["module"], f, r["elf"].get("needed", []) if r["elf"].get("format") == "elf" else []])
        jobs = sorted(pk.items(), key=lambda kv: -len(kv[1])); sh = [[] for _ in range(a.jobs)]; load = [0] * a.jobs
        for k, v in jobs:
            i = load.index(min(load)); sh[i].append((k, v)); load[i] += len(v) + 3
        procs = []
        for i, js in enumerate(sh):
            fi = open(os.path.join(tmp, "iin.%d" % i), "w+"); fi.write(json.dumps({"timeout": a.timeout, "tmp": tmp, "shard": i, "path": extra}) + "\n" + "".join(json.dumps({"top": k, "mods": v}) + "\n" for k, v in js)); fi.seek(0)
            fo = open(os.path.join(tmp, "iout.%d" % i), "w+")
            procs.append((subprocess.Popen([py, "-I", "-B", "-c", INNER_IMPORT], stdin=fi, stdout=fo, stderr=subprocess.DEVNULL, env=clean, cwd=tmp), fo))
        pkgres = {}
        for p, fo in procs:
            p.wait(); fo.seek(0)
            for ln in fo:
                o = json.loads(ln)
                if "pkgdone" in o: pkgres[o["pkgdone"]] = o["r"]; continue
                if "init" in o:
                    x = o["r"]
                    for k in ("error", "stderr"):
                        if k in x: x[k] = sub(x[k])
                    for c in x.get("chain", []):
                        for k in ("msg", "path"):
                            if k in c: c[k] = sub(c[k])
                    if not x.get("chain"): x.pop("chain", None)
                    if x.get("stderr") and x["ok"]: x["stderr"] = x["stderr"][-300:]
                    recs[o["file"]]["init"] = x; continue
                rec = recs[o["file"]]; x = o["r"]; nd = x.pop("needed", None); org = x.pop("origin", None)
                if x.get("ok") and org and os.path.realpath(org) != os.path.realpath(o["file"]): x["other_origin"] = short(org)
                for k in ("error", "stderr"):
                    if k in x: x[k] = sub(x[k])
                for c in x.get("chain", []):
                    for k in ("msg", "path"):
                        if k in c: c[k] = sub(c[k])
                if not x.get("chain"): x.pop("chain", None)
                rec["import"] = x
                if nd and "other_origin" not in x:
                    bare = {n["name"]: n["path"] for n in rec.get("needed", [])}
                    diff = {n: short(v) for n, v in nd[o["file"]].items() if short(v) != bare.get(n)}
                    if diff: rec["needed_in_import"] = diff
    t_imp = time.time() - t1
    cls = {}
    for r in recs.values():
        if not r.get("dlopen", {}).get("ok"): c = classify(r.get("dlopen", {}).get("error", "") + "\n" + r.get("dlopen", {}).get("stderr", "")); r.setdefault("dlopen", {"ok": False})["class"] = c
        for k in ("import", "init"):
            if k in r and not r[k]["ok"]: r[k]["class"] = classify_import(r[k])
    # libraries: their DT_NEEDED as seen inside the successful dlopen of others (the context that matters for them)
    ctx = {}
    for r in recs.values():
        if r.get("dlopen", {}).get("ok"):
            me = "{ENV}/" + r["file"]
            for w, n, p_ in r.get("closure", []):
                if w.startswith("{ENV}/"): c = ctx.setdefault(w[6:], {"by": set(), "needed": {}}); c["by"].add(me); c["needed"].setdefault(n, set()).add(p_)
    for f, r in recs.items():
        c = ctx.get(os.path.relpath(os.path.realpath(f), env))
        if c and r["kind"] == "library": r["in_context"] = {"loaded_by": len(c["by"]), "needed": {n: sorted(map(str, v)) for n, v in sorted(c["needed"].items())}}
    head = {"record": "env", "schema": 1, "env": os.path.basename(env), "python": info["version"], "soabi": info["soabi"], "suffixes": info["suffixes"], "shared_libpython": bool(info["shared"]), "glibc": info["libc"],
            "preloaded_by_bare_python": baseloaded, "files": len(files), "extensions": sum("module" in r for r in recs.values()), "edges": sum(len(r.get("needed", [])) for r in recs.values()),
            "closure_edges": sum(len(r.get("closure", [])) for r in recs.values()), "seconds": {"trace": round(t_trace, 1), "dlopen": round(t_dl, 1), "import": round(t_imp, 1), "all": round(time.time() - T0, 1)}}
    if not a.no_import: head["packages"] = {k: {"ok": v["ok"], **({"error_class": v.get("error_class"), "error": sub(v.get("error") or "")[:400]} if not v["ok"] else {}), "ms": v.get("ms")} for k, v in sorted(pkgres.items())}
    o = (gzip.open(a.out, "wt") if a.out.endswith(".gz") else open(a.out, "w")) if a.out else sys.stdout
    o.write(json.dumps(head) + "\n")
    for f in order: o.write(json.dumps(recs[f]) + "\n")
    o.flush()
    import shutil; shutil.rmtree(tmp, ignore_errors=True)
    print("done in %.1fs (trace %.1f dlopen %.1f import %.1f)" % (time.time() - T0, t_trace, t_dl, t_imp), file=sys.stderr)

def classify(e):
    for k, p in (("loader_assertion", r"Inconsistency detected by ld\.so"), ("symlink_loop", r"Too many levels of symbolic links"), ("missing_library", r"cannot open shared object file(: No such file|$|\n)"), ("missing_symbol_version", r"version `.*' not found"), ("undefined_symbol", r"undefined symbol"),
                 ("wrong_class", r"wrong ELF class"), ("file_too_short", r"file too short"), ("invalid_header", r"invalid ELF header"), ("is_directory", r"Is a directory"), ("unreadable_data", r"cannot read file data"), ("bad_elf_header", r"OS ABI invalid|not little-endian|not page-aligned|ELF file version|nonnegligible|no dynamic section|no loadable segments|ELF file's phentsize"),
                 ("is_executable", r"cannot dynamically load"), ("static_tls", r"static TLS"), ("execstack", r"executable stack"), ("not_dyn", r"only ET_DYN"), ("crash", r"^crash"), ("timeout", r"^timeout")):
        if re.search(p, e): return k
    return "other"
def classify_import(x):
    m = (x.get("error") or "") + "\n" + "\n".join(c.get("msg", "") for c in x.get("chain", []))
    err = x.get("stderr", "")
    for k, p in (("numpy_abi", r"module compiled against (ABI|API) version|compiled against NumPy C-API version|numpy\.dtype size changed|compiled using NumPy 1|_ARRAY_API not found|multiarray failed to import|numpy C-API"),
                 ("no_init_function", r"does not define module export function|does not define init function"), ("not_a_package", r"is not a package")):
        if re.search(p, m + "\n" + (err if k == "numpy_abi" else "")): return k
    c = classify(m + "\n" + (err if x.get("error_class") == "Crash" else ""))
    if c != "other": return c
    return {"ModuleNotFoundError": "module_not_found", "Crash": "crash", "Timeout": "timeout"}.get(x.get("error_class"), "python_error")
if __name__ == "__main__": main()
