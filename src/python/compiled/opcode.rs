//! What the instructions of each CPython do, as far as they are followed.

use std::sync::LazyLock;

use ruff_python_ast::Operator;

/// The numbers of the instructions, version by version.
const TABLE: &str = include_str!("../../../assets/python/opcodes.tsv");

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::python) enum Operation {
    /// Nothing that changes values or the way.
    Nothing,
    /// The upper bits of the next argument.
    Extended,
    LoadConst,
    ReturnConst,
    Return,
    LoadName,
    StoreName,
    DeleteName,
    StoreGlobal,
    LoadGlobal,
    LoadVariable,
    StoreVariable,
    /// Two variables, whose places are halves of the argument (since 3.13).
    LoadTwoVariables,
    StoreAndLoadVariable,
    StoreTwoVariables,
    LoadAttribute,
    LoadMethod,
    Compare,
    Is,
    Contains,
    Not,
    ToBool,
    Subscript,
    StoreSubscript,
    Tuple,
    List,
    ListExtend,
    ImportName,
    ImportFrom,
    ImportStar,
    Intrinsic,
    Pop,
    /// Puts what stands for nothing where a call is prepared.
    Empty,
    /// An operator; none where the argument tells which.
    Binary(Option<Operator>),
    /// Puts the value of this place, counted from 1 at the top, on top once more.
    Copy,
    Swap,
    Call,
    CallKeywords,
    Keywords,
    /// A class follows: its body is the next constant that is code.
    Class,
    /// A function whose code, and before 3.11 its name, was put on top just before.
    MakeFunction,
    /// Completes the function on top by a value below it.
    CompleteFunction,
    CallFunction,
    CallFunctionKeywords,
    CallMethod,
    Jump(To),
    /// Takes a value, and goes elsewhere where it is true, or false.
    BranchIf(bool, To),
    /// Takes a value, and goes elsewhere where it is `None`, or not.
    BranchIfNone(bool, To),
    /// Goes elsewhere where the value on top is true, or false, and takes it else.
    BranchOrPop(bool, To),
    /// Makes what goes through a value of that value.
    GetIterator,
    /// Puts the next item on top, or goes elsewhere.
    Iterate(To),
    /// May go elsewhere.
    Branch(To),
    /// A block begins whose exceptions lead elsewhere.
    Guard(To),
    /// A `with` begins; its exceptions lead elsewhere where there is no table of handlers.
    With(Option<To>),
    EndGuard,
    Caught,
    ExceptionBegins,
    Matches,
    BranchIfNoMatch(To),
    /// What a context manager says to an exception.
    Swallows,
    /// Ends a `with` of Python 3.8: goes on where the context manager said so.
    EndWith,
    RaiseAgain,
    /// Raises again where there is an exception, else goes on.
    EndFinally,
    Raise,
    /// Takes so many values and puts so many that are not known; the argument counts that many times besides.
    Makes(u8, u8, u8),
    /// Something that is not followed: what lies in the stack is not known from here on.
    Other,
}

/// Where a jump leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::python) enum To {
    /// To a place in the code.
    Place,
    Forward,
    Backward,
    /// As `Forward`, counted from behind the cache that follows (one unit).
    ForwardCached,
    BackwardCached,
}

impl To {
    /// The place of a jump at `at`, in instructions.
    pub fn place(self, at: usize, argument: usize) -> Option<usize> {
        match self {
            To::Place => Some(argument),
            To::Forward => (at + 1).checked_add(argument),
            To::Backward => (at + 1).checked_sub(argument),
            To::ForwardCached => (at + 2).checked_add(argument),
            To::BackwardCached => (at + 2).checked_sub(argument),
        }
    }
}

/// The instructions of one version of CPython.
#[derive(Debug)]
pub(in crate::python) struct Opcodes {
    /// The first two bytes of its `.pyc` files.
    magic: u16,
    /// 11 of Python 3.11.
    pub minor: u8,
    table: [Operation; 256],
}

impl Opcodes {
    pub fn operation(&self, code: u8) -> Operation {
        self.table[usize::from(code)]
    }

    /// Each instruction with its whole argument, in order; those that only carry bits of it are `Nothing`.
    pub fn instructions<'c>(&'c self, code: &'c [u8]) -> impl Iterator<Item = (Operation, usize)> + 'c {
        let mut extended = 0usize;
        code.chunks_exact(2).map(move |unit| {
            let argument = extended << 8 | usize::from(unit[1]);
            match self.operation(unit[0]) {
                Operation::Extended => {
                    extended = argument;
                    (Operation::Nothing, 0)
                }
                operation => {
                    extended = 0;
                    (operation, argument)
                }
            }
        })
    }

    /// The index of a comparison's operator among `<`, `<=`, `==`, `!=`, `>`, `>=` and, in Python 3.8, those that follow.
    pub fn comparison(&self, argument: usize) -> usize {
        match self.minor {
            13.. => argument >> 5,
            12 => argument >> 4,
            _ => argument,
        }
    }

    /// The name of an attribute among those of the code, and whether a method is asked for.
    pub fn attribute(&self, argument: usize) -> (usize, bool) {
        if self.minor >= 12 { (argument >> 1, argument & 1 == 1) } else { (argument, false) }
    }

    /// The operator of `BINARY_OP` (`nb_ops` in `Python/compile.c`); none of those that change their left side.
    pub fn operator(&self, argument: usize) -> Option<Operator> {
        use Operator::*;
        const OPERATORS: [Operator; 13] =
            [Add, BitAnd, FloorDiv, LShift, MatMult, Mult, Mod, BitOr, Pow, RShift, Sub, Div, BitXor];
        OPERATORS.get(argument).copied()
    }

    /// The name of a global among those of the code, and whether it is about to be called.
    pub fn global(&self, argument: usize) -> (usize, bool) {
        if self.minor >= 11 { (argument >> 1, argument & 1 == 1) } else { (argument, false) }
    }

    /// Where a jump leads: before 3.10 places are counted in bytes.
    pub fn target(&self, to: To, at: usize, argument: usize) -> Option<usize> {
        to.place(at, if self.minor < 10 { argument / 2 } else { argument })
    }
}

/// The instructions of the CPython whose files bear this magic.
pub(super) fn of_magic(magic: u16) -> Option<&'static Opcodes> {
    VERSIONS.iter().find(|version| version.magic == magic)
}

/// All versions that are known.
pub(super) static VERSIONS: LazyLock<Vec<Opcodes>> = LazyLock::new(|| {
    let rows: Vec<Vec<&str>> =
        TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let [versions, magics, instructions @ ..] = &rows[..] else { return Vec::new() };
    let columns = 1..versions.len();
    let version = |column: usize| {
        let minor: u8 = versions[column].strip_prefix("3.")?.parse().ok()?;
        let mut table = [Operation::Other; 256];
        for row in instructions {
            if let Some(code) = row.get(column).and_then(|code| code.parse::<u8>().ok()) {
                table[usize::from(code)] = operation(row[0], minor);
            }
        }
        Some(Opcodes { magic: magics[column].parse().ok()?, minor, table })
    };
    columns.filter_map(version).collect()
});

fn operation(name: &str, minor: u8) -> Operation {
    use Operation::*;
    // Since 3.12 a cache follows the head of a loop, since 3.13 every branch.
    let forward = if minor >= 13 { To::ForwardCached } else { To::Forward };
    let conditional = if minor >= 12 { forward } else { To::Place };
    match name {
        "CACHE" | "NOP" | "RESUME" | "PRECALL" | "SETUP_ANNOTATIONS" | "CONVERT_VALUE" | "DELETE_FAST"
        | "MAKE_CELL" | "COPY_FREE_VARS" => Nothing,
        "EXTENDED_ARG" => Extended,
        "LOAD_CONST" => LoadConst,
        "RETURN_CONST" => ReturnConst,
        "RETURN_VALUE" => Return,
        "LOAD_NAME" => LoadName,
        "STORE_NAME" => StoreName,
        "DELETE_NAME" => DeleteName,
        "GET_ITER" => GetIterator,
        "STORE_GLOBAL" => StoreGlobal,
        "LOAD_GLOBAL" => LoadGlobal,
        "LOAD_FAST" | "LOAD_FAST_CHECK" | "LOAD_FAST_AND_CLEAR" => LoadVariable,
        "STORE_FAST" => StoreVariable,
        "LOAD_FAST_LOAD_FAST" => LoadTwoVariables,
        "STORE_FAST_LOAD_FAST" => StoreAndLoadVariable,
        "STORE_FAST_STORE_FAST" => StoreTwoVariables,
        "LOAD_ATTR" => LoadAttribute,
        "LOAD_METHOD" => LoadMethod,
        "COMPARE_OP" => Compare,
        "IS_OP" => Is,
        "CONTAINS_OP" => Contains,
        "UNARY_NOT" => Not,
        "TO_BOOL" => ToBool,
        "BINARY_SUBSCR" => Subscript,
        "STORE_SUBSCR" => StoreSubscript,
        "BUILD_TUPLE" => Tuple,
        "BUILD_LIST" => List,
        "LIST_EXTEND" => ListExtend,
        "IMPORT_NAME" => ImportName,
        "IMPORT_FROM" => ImportFrom,
        "IMPORT_STAR" => ImportStar,
        "CALL_INTRINSIC_1" => Intrinsic,
        "POP_TOP" => Pop,
        "DUP_TOP" | "COPY" => Copy,
        "SWAP" | "ROT_TWO" => Swap,
        "CALL" => Call,
        "CALL_KW" => CallKeywords,
        "KW_NAMES" => Keywords,
        "CALL_FUNCTION" => CallFunction,
        "CALL_FUNCTION_KW" => CallFunctionKeywords,
        "CALL_METHOD" => CallMethod,
        "JUMP_FORWARD" => Jump(To::Forward),
        "JUMP_ABSOLUTE" => Jump(To::Place),
        "JUMP_BACKWARD" => Jump(if minor >= 13 { To::BackwardCached } else { To::Backward }),
        "JUMP_BACKWARD_NO_INTERRUPT" => Jump(To::Backward),
        "POP_JUMP_IF_FALSE" => BranchIf(false, conditional),
        "POP_JUMP_IF_TRUE" => BranchIf(true, conditional),
        "POP_JUMP_FORWARD_IF_FALSE" => BranchIf(false, To::Forward),
        "POP_JUMP_FORWARD_IF_TRUE" => BranchIf(true, To::Forward),
        "POP_JUMP_BACKWARD_IF_FALSE" => BranchIf(false, To::Backward),
        "POP_JUMP_BACKWARD_IF_TRUE" => BranchIf(true, To::Backward),
        "POP_JUMP_IF_NONE" => BranchIfNone(true, forward),
        "POP_JUMP_IF_NOT_NONE" => BranchIfNone(false, forward),
        "POP_JUMP_FORWARD_IF_NONE" => BranchIfNone(true, To::Forward),
        "POP_JUMP_FORWARD_IF_NOT_NONE" => BranchIfNone(false, To::Forward),
        "POP_JUMP_BACKWARD_IF_NONE" => BranchIfNone(true, To::Backward),
        "POP_JUMP_BACKWARD_IF_NOT_NONE" => BranchIfNone(false, To::Backward),
        "JUMP_IF_FALSE_OR_POP" => BranchOrPop(false, if minor >= 11 { To::Forward } else { To::Place }),
        "JUMP_IF_TRUE_OR_POP" => BranchOrPop(true, if minor >= 11 { To::Forward } else { To::Place }),
        "FOR_ITER" => Iterate(if minor >= 12 { To::ForwardCached } else { To::Forward }),
        "SEND" => Branch(if minor >= 12 { To::ForwardCached } else { To::Forward }),
        "CALL_FINALLY" => Branch(To::Forward),
        "SETUP_FINALLY" => Guard(To::Forward),
        "SETUP_WITH" | "SETUP_ASYNC_WITH" => With(Some(To::Forward)),
        "BEFORE_WITH" => With(None),
        "POP_BLOCK" => EndGuard,
        "POP_EXCEPT" => Caught,
        "PUSH_EXC_INFO" => ExceptionBegins,
        "CHECK_EXC_MATCH" => Matches,
        "JUMP_IF_NOT_EXC_MATCH" => BranchIfNoMatch(To::Place),
        "WITH_EXCEPT_START" => Swallows,
        "WITH_CLEANUP_FINISH" => EndWith,
        "RERAISE" => RaiseAgain,
        "END_FINALLY" => EndFinally,
        "RAISE_VARARGS" => Raise,
        "LOAD_BUILD_CLASS" => Class,
        "MAKE_FUNCTION" => MakeFunction,
        "SET_FUNCTION_ATTRIBUTE" => CompleteFunction,
        "PUSH_NULL" => Empty,
        "LOAD_ASSERTION_ERROR" | "LOAD_DEREF" | "LOAD_CLASSDEREF" | "LOAD_CLOSURE" => Makes(0, 1, 0),
        "SET_UPDATE" | "DICT_UPDATE" | "DICT_MERGE" | "STORE_DEREF" => Makes(1, 0, 0),
        "END_FOR" => Makes(if minor >= 13 { 1 } else { 2 }, 0, 0),
        "STORE_ATTR" | "DELETE_SUBSCR" => Makes(2, 0, 0),
        "BINARY_OP" => Binary(None),
        "BINARY_ADD" => Binary(Some(Operator::Add)),
        "BINARY_SUBTRACT" => Binary(Some(Operator::Sub)),
        "BINARY_MULTIPLY" => Binary(Some(Operator::Mult)),
        "BINARY_MODULO" => Binary(Some(Operator::Mod)),
        "BINARY_TRUE_DIVIDE" => Binary(Some(Operator::Div)),
        "BINARY_FLOOR_DIVIDE" => Binary(Some(Operator::FloorDiv)),
        "BINARY_AND" => Binary(Some(Operator::BitAnd)),
        "BINARY_OR" => Binary(Some(Operator::BitOr)),
        // In place, a list would change for all who have it.
        "INPLACE_ADD" | "FORMAT_WITH_SPEC" => Makes(2, 1, 0),
        "FORMAT_SIMPLE"
        | "FORMAT_VALUE"
        | "LIST_TO_TUPLE"
        | "LOAD_FROM_DICT_OR_DEREF"
        | "LOAD_FROM_DICT_OR_GLOBALS" => Makes(1, 1, 0),
        "BUILD_SET" | "BUILD_STRING" | "BUILD_SLICE" => Makes(0, 1, 1),
        "BUILD_MAP" => Makes(0, 1, 2),
        "BUILD_CONST_KEY_MAP" => Makes(1, 1, 1),
        _ => Other,
    }
}
