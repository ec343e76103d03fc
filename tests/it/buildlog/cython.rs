//! Logs of modules that Cython compiled against other releases than are installed.

use super::alone;

/// The cause, and the commands of the first finding.
fn told(frame: &str, message: &str) -> (String, Vec<String>) {
    let log = format!(
        "Traceback (most recent call last):\n  File \"/v/lib/python3.11/site-packages/gevent/_util.py\", line 105, in import_c\n    \
         mod = importlib.import_module(cname)\n  File \"{frame}\n{message}\n"
    );
    let told = alone(&log);
    let first = told.first().expect("a finding");
    let commands = first.remedy.lines(dylens::command::Shell::Sh);
    (first.cause.word().to_owned(), commands)
}

const GEVENT: &str = "src/gevent/_hub_local.py\", line 1, in init gevent._gevent_c_hub_local";

fn size_of(kind: &str, expected: u32, got: u32) -> String {
    format!(
        "ValueError: {kind} size changed, may indicate binary incompatibility. Expected {expected} from C header, got {got} from PyObject"
    )
}

#[test]
fn of_two_packages_the_one_with_the_older_declarations_is_upgraded_first() {
    let upgrade = |package: &str| format!("python -m pip install --upgrade {package}");
    let (greenlet, gevent) = (upgrade("greenlet"), upgrade("gevent"));
    let newer = told(GEVENT, &size_of("greenlet.greenlet", 152, 144));
    assert_eq!(newer, ("cython-abi".to_owned(), vec![greenlet.clone(), gevent.clone()]));
    let older = told(GEVENT, &size_of("greenlet.greenlet", 144, 152));
    assert_eq!(older.1, [gevent, greenlet]);
    // NumPy's own structures are told by what is known of NumPy.
    assert_eq!(told(GEVENT, &size_of("numpy.ndarray", 96, 80)).0, "numpy-too-old");
}

#[test]
fn modules_of_one_package_that_do_not_fit_each_other_are_reinstalled_together() {
    let frame = "xpra/server/window/motion.pyx\", line 1, in init xpra.server.window.motion";
    let message = "TypeError: C function xpra.buffers.xxh.xxh3 has wrong signature (expected unsigned PY_LONG_LONG (void const *, \
                   size_t), got uint64_t (void const *, size_t))";
    let reinstall = vec!["python -m pip install --force-reinstall --no-deps xpra".to_owned()];
    assert_eq!(told(frame, message), ("cython-abi".to_owned(), reinstall.clone()));
    let message = "ImportError: xpra.buffers.xxh does not export expected C function xxh3";
    assert_eq!(told(frame, message), ("cython-abi".to_owned(), reinstall));
    assert_ne!(told(frame, "ImportError: xpra.buffers.xxh does not export what was asked for").0, "cython-abi");
}
