//! PyTorch's C++ interface changes with every release, and its extensions are built for one.

use super::{Cause, Judged, Verdict};
use crate::buildlog::known;
use crate::command::Remedy;

/// Does a mangled name belong to PyTorch?
pub(super) fn is_torch(symbol: &str) -> bool {
    let spoken = known::spoken_symbol(symbol).unwrap_or_default();
    ["c10::", "at::", "torch::", "c10d::", "caffe2::"].iter().any(|start| spoken.starts_with(start))
        || symbol == "THPVariableClass"
}

/// PyTorch's C++ interface: the release that is installed is another, or its std::string is.
pub(super) fn judge(plain: Judged, who: &str, symbol: &str) -> Judged {
    // These are the same in every release but for their string.
    const STABLE: [&str; 4] = ["c10::Error::Error", "torchCheckFail", "torchInternalAssertFail", "c10::Error"];
    let spoken = known::spoken_symbol(symbol).unwrap_or_else(|| symbol.to_owned());
    let is_stable = STABLE.iter().any(|name| spoken.contains(name)) || symbol.starts_with("_ZN3c105ErrorC");
    let is_new = symbol.contains("__cxx11");
    let is_old = symbol.contains("Ss");
    if is_stable && (is_new || is_old) {
        let (own, other, flag) = if is_new { ("new", "old", "TRUE") } else { ("old", "new", "FALSE") };
        let wanted = if is_new { "FALSE" } else { "TRUE" };
        let sentence = format!(
            "{who} uses {spoken} with the {own} C++ ABI of std::string (_GLIBCXX_USE_CXX11_ABI={}), and the PyTorch that is installed is built with \
             the {other} one",
            u8::from(is_new)
        );
        let text = format!(
            "install the build of the package for PyTorch's own C++ ABI (where wheels are called so: cxx11abi{wanted} instead of cxx11abi{flag}), as \
             torch.compiled_with_cxx11_abi() tells; or build it from source beside the PyTorch that is installed: --no-build-isolation --no-binary"
        );
        return plain.cause(Cause::CxxAbi, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
    }
    let sentence = format!(
        "{who} uses {spoken} ({symbol}), which the PyTorch that is installed does not have: PyTorch's C++ interface changes with every \
         release, and the file was built for another one"
    );
    let text = "install the build of the package for the PyTorch that is installed (torchvision, torchaudio and torch are released together), or \
                build it again against it (--no-build-isolation)";
    plain.says(sentence).mended(Remedy::new(text))
}
