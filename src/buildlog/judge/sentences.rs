//! What Windows says, in the languages that its users have: the sentence of an error is the only thing that tells its number.

/// The sentences by their numbers; each a part that no other of its language has.
///
/// Source: FormatMessage's texts of Windows 10 and 11, as public reports show them; November 2026.
const SENTENCES: &[(u32, &[&str])] = &[
    (
        126,
        &[
            "The specified module could not be found",
            "Das angegebene Modul wurde nicht gefunden",
            "Le module spécifié est introuvable",
            "No se puede encontrar el módulo especificado",
            "No se encontró el módulo especificado",
            "No se ha encontrado el módulo especificado",
            "Impossibile trovare il modulo specificato",
            "Não foi possível encontrar o módulo especificado",
            "Не найден указанный модуль",
            "Nie można odnaleźć określonego modułu",
            "Belirtilen modül bulunamadı",
            "Uvedený modul nebyl nalezen",
            "Kan opgegeven module niet vinden",
            "Det går inte att hitta den angivna modulen",
            "A megadott modul nem található",
            "Не знайдено зазначений модуль",
            "找不到指定的模块",
            "找不到指定的模組",
            "指定されたモジュールが見つかりません",
            "지정된 모듈을 찾을 수 없습니다",
        ],
    ),
    (
        127,
        &[
            "The specified procedure could not be found",
            "Die angegebene Prozedur wurde nicht gefunden",
            "La procédure spécifiée est introuvable",
            "No se encontró el proceso especificado",
            "No se puede encontrar el procedimiento especificado",
            "No se ha encontrado el proceso especificado",
            "Impossibile trovare la procedura specificata",
            "Não foi possível encontrar o procedimento especificado",
            "Не найдена указанная процедура",
            "Nie można odnaleźć określonej procedury",
            "Belirtilen yordam bulunamadı",
            "Uvedená procedura nebyla nalezena",
            "Kan opgegeven procedure niet vinden",
            "找不到指定的程序",
            "指定されたプロシージャが見つかりません",
            "지정된 프로시저를 찾을 수 없습니다",
        ],
    ),
    // `%1` stands in this one in every language.
    (193, &["is not a valid Win32 application", "%1", "不是有效的 Win32 应用程序", "有効な Win32 アプリケーション"]),
    (
        1114,
        &[
            "A dynamic link library (DLL) initialization routine failed",
            "DLL-Initialisierungsroutine ist fehlgeschlagen",
            "(Dynamic Link Library)-Initialisierungsroutine",
            "Une routine d’initialisation d’une bibliothèque de liens dynamiques",
            "Une routine d'initialisation d'une bibliothèque de liens dynamiques",
            "rutina de inicialización de biblioteca de vínculos dinámicos",
            "rotina de inicialização da biblioteca de vínculo dinâmico",
            "Routine di inizializzazione della libreria di collegamento dinamico",
            "Произошел сбой в программе инициализации библиотеки динамической компоновки",
            "procedura inicjująca bibliotekę dołączaną dynamicznie",
            "动态链接库(DLL)初始化例程失败",
            "动态链接库 (DLL) 初始化例程失败",
            "動態連結程式庫 (DLL) 初始化例行程序失敗",
            "ダイナミック リンク ライブラリ (DLL) 初期化ルーチン",
            "DLL 초기화 루틴",
        ],
    ),
    (182, &["The operating system cannot run"]),
    (
        1455,
        &[
            "The paging file is too small",
            "Die Auslagerungsdatei ist zu klein",
            "Le fichier de pagination est insuffisant",
            "El archivo de paginación es demasiado pequeño",
            "O arquivo de paginação é muito pequeno",
            "Файл подкачки слишком мал",
            "页面文件太小",
            "ページング ファイルが小さすぎる",
            "페이징 파일이 너무 작",
        ],
    ),
    (
        5,
        &[
            "Access is denied",
            "Zugriff verweigert",
            "Accès refusé",
            "Acceso denegado",
            "Accesso negato",
            "Acesso negado",
            "Отказано в доступе",
            "拒绝访问",
            "存取被拒",
            "アクセスが拒否されました",
            "액세스가 거부되었습니다",
        ],
    ),
];

/// The number of the error that a text tells, in whatever language.
pub(super) fn number(text: &str) -> Option<u32> {
    SENTENCES.iter().find(|(_, parts)| parts.iter().any(|part| text.contains(part))).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn an_error_has_its_number_in_every_language_and_an_unknown_text_has_none() {
        assert_eq!(number("找不到指定的程序。"), Some(127));
        assert_eq!(number("找不到指定的模块。"), Some(126));
        assert_eq!(number("Eine DLL-Initialisierungsroutine ist fehlgeschlagen."), Some(1114));
        assert_eq!(number("%1 ist keine zulässige Win32-Anwendung."), Some(193));
        assert_eq!(number("Ein anderer Satz."), None);
    }
}
