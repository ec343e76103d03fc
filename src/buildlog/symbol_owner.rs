//! Whose a symbol is, told by its name: the runtime libraries of compilers, and the common libraries that extension modules use.

/// A library, by the name under which a linker finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// What a person calls it.
    pub library: &'static str,
    /// What follows `-l`; empty where nothing has to be named.
    pub link: &'static str,
}

/// Beginnings of names, the longest that fits counts; what follows must be as the sign says: `A` an upper-case letter, `*` anything.
///
/// Source: the symbols that the libraries export on Debian 12, and the manuals of GCC and LLVM; November 2026.
const BEGINNINGS: &[(&str, char, &str, &str)] = &[
    ("_gfortran_", '*', "libgfortran", "gfortran"),
    ("GOMP_", '*', "libgomp, GCC's OpenMP runtime", "gomp"),
    ("__kmpc_", '*', "libomp, the OpenMP runtime of LLVM and Intel", "omp"),
    ("omp_get_", '*', "an OpenMP runtime (libgomp, libomp)", "gomp"),
    ("omp_set_", '*', "an OpenMP runtime (libgomp, libomp)", "gomp"),
    ("__atomic_", '*', "libatomic", "atomic"),
    ("__emutls_", '*', "libgcc", "gcc"),
    ("__aeabi_", '*', "the compiler's runtime (libgcc, compiler-rt)", "gcc"),
    ("__svml_", '*', "Intel's libsvml", "svml"),
    ("__intel_", '*', "the runtime of Intel's compiler (libirc)", "irc"),
    ("_intel_fast_", '*', "the runtime of Intel's compiler (libintlc)", "intlc"),
    ("_ZSt", '*', "libstdc++", "stdc++"),
    ("_ZNSt", '*', "libstdc++", "stdc++"),
    ("_ZNKSt", '*', "libstdc++", "stdc++"),
    ("_ZTVN10__cxxabiv1", '*', "libstdc++", "stdc++"),
    ("_ZTIN10__cxxabiv1", '*', "libstdc++", "stdc++"),
    ("__cxa_", '*', "libstdc++", "stdc++"),
    ("__gxx_personality", '*', "libstdc++", "stdc++"),
    ("cblas_", '*', "a BLAS library (OpenBLAS, ATLAS, MKL)", "openblas"),
    ("LAPACKE_", '*', "LAPACKE", "lapacke"),
    ("mkl_", '*', "Intel's MKL", "mkl_rt"),
    ("ber_", '*', "liblber of OpenLDAP", "lber"),
    ("ldap_", '*', "libldap of OpenLDAP", "ldap"),
    ("SSL_", '*', "libssl", "ssl"),
    ("SSLv", '*', "libssl", "ssl"),
    ("TLS_", '*', "libssl", "ssl"),
    ("DTLS", '*', "libssl", "ssl"),
    ("X509_", '*', "libcrypto", "crypto"),
    ("BIO_", '*', "libcrypto", "crypto"),
    ("RSA_", '*', "libcrypto", "crypto"),
    ("ERR_load_", '*', "libcrypto", "crypto"),
    ("ERR_ne", '*', "libcrypto", "crypto"),
    ("ERR_set_", '*', "libcrypto", "crypto"),
    ("ERR_get_", '*', "libcrypto", "crypto"),
    ("ERR_peek_", '*', "libcrypto", "crypto"),
    ("OPENSSL_", '*', "libcrypto", "crypto"),
    ("OpenSSL_", '*', "libcrypto", "crypto"),
    ("CRYPTO_", '*', "libcrypto", "crypto"),
    ("EVP_", '*', "libcrypto", "crypto"),
    ("png_", '*', "libpng", "png"),
    ("jpeg_", '*', "libjpeg", "jpeg"),
    ("TIFF", 'A', "libtiff", "tiff"),
    ("curl_easy_", '*', "libcurl", "curl"),
    ("libssh2_", '*', "libssh2", "ssh2"),
    ("nghttp2_", '*', "libnghttp2", "nghttp2"),
    ("xml", 'A', "libxml2", "xml2"),
    ("xslt", 'A', "libxslt", "xslt"),
    ("exslt", 'A', "libexslt of libxslt", "exslt"),
    ("archive_write_", '*', "libarchive", "archive"),
    ("sqlite3_", '*', "libsqlite3", "sqlite3"),
    ("PQ", '*', "libpq", "pq"),
    ("mysql_", '*', "libmysqlclient", "mysqlclient"),
    ("H5", '*', "libhdf5", "hdf5"),
    ("FT_", 'A', "libfreetype", "freetype"),
    ("cairo_", '*', "libcairo", "cairo"),
    ("ffi_", '*', "libffi", "ffi"),
    ("lzma_", '*', "liblzma", "lzma"),
    ("BZ2_", '*', "libbz2", "bz2"),
    ("ZSTD_", '*', "libzstd", "zstd"),
    ("LZ4_", '*', "liblz4", "lz4"),
    ("GEOS", 'A', "libgeos_c", "geos_c"),
    ("MPI_", 'A', "an MPI library", "mpi"),
    ("_ZN3MPI", '*', "MPI's C++ library (libmpi_cxx)", "mpi_cxx"),
    ("_ZNK3MPI", '*', "MPI's C++ library (libmpi_cxx)", "mpi_cxx"),
    ("Pm_", 'A', "PortMidi", "portmidi"),
    ("Pa_", 'A', "PortAudio", "portaudio"),
    ("lo_server_", '*', "liblo", "lo"),
    ("lo_message_", '*', "liblo", "lo"),
    ("DGif", 'A', "giflib", "gif"),
    ("EGif", 'A', "giflib", "gif"),
    ("klu_", '*', "KLU of SuiteSparse", "klu"),
    ("umfpack_", '*', "UMFPACK of SuiteSparse", "umfpack"),
    ("cholmod_", '*', "CHOLMOD of SuiteSparse", "cholmod"),
    ("ompi_", '*', "Open MPI", "mpi"),
    ("gsl_", '*', "GSL", "gsl"),
    ("fftw_", '*', "FFTW", "fftw3"),
    ("fftwf_", '*', "FFTW", "fftw3f"),
    ("nc_", '*', "netCDF", "netcdf"),
    ("proj_", '*', "PROJ", "proj"),
    ("pj_", '*', "PROJ", "proj"),
    ("geod_", '*', "PROJ", "proj"),
    ("OGR_", 'A', "GDAL", "gdal"),
    ("GDAL", 'A', "GDAL", "gdal"),
    ("WebP", 'A', "libwebp", "webp"),
    ("yaml_parser_", '*', "libyaml", "yaml"),
    ("zmq_", '*', "ZeroMQ", "zmq"),
    ("libusb_", '*', "libusb", "usb-1.0"),
    ("uuid_", '*', "libuuid", "uuid"),
    ("avcodec_", '*', "libavcodec", "avcodec"),
    ("avformat_", '*', "libavformat", "avformat"),
    ("av_", '*', "libavutil", "avutil"),
    ("sws_", '*', "libswscale", "swscale"),
    ("Rf_", '*', "libR", "R"),
    ("ptr_R_", '*', "libR", "R"),
    ("Tcl_", 'A', "libtcl", "tcl"),
    ("Tk_", 'A', "libtk", "tk"),
    ("iconv_", '*', "libiconv", "iconv"),
    ("libiconv", '*', "libiconv", "iconv"),
    ("__android_log_", '*', "liblog", "log"),
];

/// Names that are told as a whole.
const NAMES: &[(&[&str], &str, &str)] = &[
    (
        &[
            "inflate",
            "inflateInit2_",
            "inflateEnd",
            "deflate",
            "deflateInit_",
            "deflateInit2_",
            "crc32",
            "adler32",
            "compress2",
            "gzopen",
        ],
        "libz",
        "z",
    ),
    (&["_Znwm", "_Znam", "_ZdlPv", "_ZdaPv", "_ZdlPvm"], "libstdc++", "stdc++"),
    (&["crypt", "crypt_r"], "libcrypt", "crypt"),
    (&["__cpu_model", "__cpu_indicator_init"], "the compiler's runtime (libgcc, compiler-rt)", "gcc"),
];

/// Functions of libm, which have forms for other floating-point types.
const MATH: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "fma",
    "fmax",
    "fmin",
    "fmod",
    "frexp",
    "hypot",
    "ldexp",
    "lgamma",
    "log",
    "log10",
    "log1p",
    "log2",
    "lround",
    "modf",
    "nextafter",
    "pow",
    "remainder",
    "rint",
    "round",
    "sin",
    "sincos",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "tgamma",
    "trunc",
];

/// Whose a symbol is; none where its name does not tell. A symbol of macOS without its first underscore.
pub(super) fn owner(symbol: &str) -> Option<Owner> {
    let symbol = symbol.split('@').next().unwrap_or(symbol);
    let told = |library, link| Some(Owner { library, link });
    if let Some((_, library, link)) = NAMES.iter().find(|(names, _, _)| names.contains(&symbol)) {
        return told(library, link);
    }
    if MATH.contains(&symbol)
        || MATH.iter().any(|name| symbol.strip_prefix(name).is_some_and(|rest| matches!(rest, "f" | "l")))
    {
        return told("libm", "m");
    }
    if is_of_the_compiler(symbol) {
        return told("the compiler's runtime (libgcc, compiler-rt)", "gcc");
    }
    let fits = |(start, next, _, _): &&(&str, char, &str, &str)| {
        let rest = symbol.strip_prefix(start).unwrap_or_default();
        !rest.is_empty() && (*next == '*' || rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let best = BEGINNINGS.iter().filter(fits).max_by_key(|(start, _, _, _)| start.len())?;
    told(best.2, best.3)
}

/// Arithmetic that a processor does not have: `__addtf3`, `__udivti3`, `__extendhfsf2` (libgcc's manual: two or three operands, the
/// types by two letters each).
fn is_of_the_compiler(symbol: &str) -> bool {
    const OPERATIONS: [&str; 24] = [
        "add", "sub", "mul", "div", "udiv", "mod", "umod", "divmod", "udivmod", "neg", "eq", "ne", "lt", "le", "gt",
        "ge", "unord", "float", "floatun", "fix", "fixuns", "extend", "trunc", "powi",
    ];
    const TYPES: [&str; 8] = ["tf", "ti", "di", "si", "df", "sf", "hf", "xf"];
    let Some(name) = symbol.strip_prefix("__").and_then(|name| name.strip_suffix(['2', '3', '4'])) else {
        return false;
    };
    let without = |name: &str| TYPES.iter().find_map(|end| name.strip_suffix(end)).map(str::to_owned);
    let Some(once) = without(name) else { return false };
    OPERATIONS.contains(&once.as_str()) || without(&once).is_some_and(|twice| OPERATIONS.contains(&twice.as_str()))
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn a_symbol_s_name_tells_its_library() {
        let link = |symbol: &str| owner(symbol).map(|owner| owner.link);
        assert_eq!(link("modf"), Some("m"));
        assert_eq!(link("log2f"), Some("m"));
        assert_eq!(link("__addtf3"), Some("gcc"));
        assert_eq!(link("__extendhfsf2"), Some("gcc"));
        assert_eq!(link("_gfortran_st_write"), Some("gfortran"));
        assert_eq!(link("_ZNSt7__cxx1112basic_stringE"), Some("stdc++"));
        assert_eq!(link("cairo_append_path"), Some("cairo"));
        assert_eq!(link("PQexec"), Some("pq"));
        assert_eq!(link("SSLv2_method"), Some("ssl"));
        assert_eq!(link("_ZN3MPI8Datatype4FreeEv"), Some("mpi_cxx"));
    }

    #[test]
    fn a_name_that_only_looks_alike_tells_nothing() {
        for symbol in [
            "modfoo",
            "logger",
            "__add3",
            "__foo_tf3",
            "GEOSx",
            "FT_x",
            "Tcl_x",
            "_ZN6OpenMS4test",
            "cairo",
            "PQ",
            "Pm_x",
            "prominent",
        ] {
            assert_eq!(owner(symbol), None, "{symbol}");
        }
    }
}
