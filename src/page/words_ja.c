/* The messages in Japanese. */
#include "page/words.h"

const char *const words_ja[WORDS] = {
    [WORD_LANGUAGES] = "言語",
    [WORD_CONTACT] = "連絡先：{1}",
    [WORD_IMPRINT] = "運営者情報",
    [WORD_PRIVACY] = "プライバシーポリシー",
    [WORD_LIST_ENDED] = "{1} は {2} に提供を終了し、現在は何も登録されていません。",
    [WORD_WHO_DECIDES] =
        "リストは観測された事実を示すものです。メールを受け取るかどうかは、受信側の管理者が決めます。",
    [WORD_TIME_FORMAT] = "%Y年%-m月%-d日 %H:%M（UTC）",
    [WORD_LOOK_UP] = "調べる",
    [WORD_BOX] = "IPアドレス、ドメイン名、または届いたエラーメッセージ",
    [WORD_BOX_HINT] =
        "例：192.0.2.1、2001:db8::1、example.com。エラーメッセージ全体を貼り付けることもできます。",
    [WORD_BULK_LINK] = "まとめて調べる",

    [WORD_MINUTE] = "1分",
    [WORD_MINUTES] = "{1}分",
    [WORD_HOUR] = "1時間",
    [WORD_HOURS] = "{1}時間",
    [WORD_DAY] = "1日",
    [WORD_DAYS] = "{1}日",

    [WORD_START] = "メールがブロックされていますか？",
    [WORD_START_HELP] =
        "メールサーバーのIPアドレスかドメイン名を入力するか、届いたエラーメッセージをそのまま貼り付けて"
        "ください。アドレスは自動的に見つけます。",
    [WORD_OWN_ADDRESS] = "ご利用中のアドレス {1} を調べる",

    [WORD_IS_BLOCKED] = "{1} はブロックされています",
    [WORD_IS_DELAYED] = "{1} は配送が遅れています",
    [WORD_IS_REMOVED] = "{1} は解除されています",
    [WORD_IS_CLEAR] = "{1} は登録されていません",
    [WORD_BLOCKED_SENTENCE] =
        "{1} は {2} "
        "に登録されています。このリストを使うメールサーバーは、このアドレスからのメールを拒否します。",
    [WORD_DELAYED_SENTENCE] =
        "{1} は {2} "
        "に登録されています。このリストを使うメールサーバーは、このアドレスからのメールの受け取りを"
        "しばらく遅らせます。",
    [WORD_DOMAIN_BLOCKED_SENTENCE] =
        "{1} は {2} "
        "に登録されています。このリストを使うメールサーバーは、このドメインからのメールや、このドメインへの"
        "リンクを含むメールを拒否します。",
    [WORD_DOMAIN_DELAYED_SENTENCE] =
        "{1} は {2} "
        "に登録されています。このリストを使うメールサーバーは、このドメインからのメールや、このドメインへの"
        "リンクを含むメールの受け取りをしばらく遅らせます。",
    [WORD_REMOVED_SENTENCE] = "{1} は {2} から解除されており、現在は登録されていないものとして扱われます。",
    [WORD_CLEAR_SENTENCE] = "{1} "
                            "はどのリストにも登録されていません。現在、これらのリストによってメールが拒否され"
                            "ることはありません。",
    [WORD_CLEAR_OTHERS] = "メールが拒否された場合は、まずもう一度お送りください。それでも拒否される場合は、エ"
                          "ラーメッセージに書かれて"
                          "いるリストの名前を確かめ、その運営者にお問い合わせください。",
    [WORD_NOT_ADMINISTRATOR] = "メールサーバーを管理していない方は、このページのアドレスを管理者（社内の情報"
                               "システム担当、メールサービス"
                               "またはインターネット接続の事業者）にお知らせください。",
    [WORD_LIST_JOIN] = "{1}、{2}",

    [WORD_NOTE_HEADING] = "貼り付けられたメッセージについて",
    [WORD_NOTE_FOUND] = "メッセージから見つかった情報：{1}",
    [WORD_NOTE_LISTED] = "メッセージには {2} とあり、{1} は現在もこのリストに登録されています。",
    [WORD_NOTE_NOT_LISTED] = "メッセージには {2} とあります。送信時には受け取られませんでしたが、{1} "
                             "は現在このリストに登録されていません。",
    [WORD_NOTE_ELSEWHERE] =
        "メッセージには {1} とありますが、このサーバーのリストではないため、ここでは何も変更できません。{1} "
        "の運営者に"
        "お問い合わせください。",
    [WORD_NOTE_ERROR_CODE] =
        "{1} "
        "は、アドレスが登録されているという意味ではありません。受信側のサーバーがこのリストを正しく利用できて"
        "いないことを示します。受信側の管理者にお知らせください。",
    [WORD_NOTE_TRIES_AGAIN] =
        "応答 {1} "
        "は「後で再試行」という意味です。送信側のサーバーが自動的に再送するので、送り直す必要はありません。",
    [WORD_NOTE_SEND_AGAIN] = "このメールは自動的には再送されません。もう一度お送りください。",
    [WORD_NOTE_SEND_LATER] =
        "このメールは自動的には再送されません。登録が終わってから、もう一度お送りください。",
    [WORD_NOTE_NAMED] = "貼り付けられたメッセージに、このリストの名前があります。",

    [WORD_STATE_BLOCKED] = "ブロック中",
    [WORD_STATE_DELAYED] = "遅延中",
    [WORD_STATE_REMOVED] = "解除済み",
    [WORD_STATE_CLEAR] = "登録なし",
    [WORD_STATE_UNKNOWN] = "調べていません",
    [WORD_OPERATOR] = "運営者：{1}",
    [WORD_WHY] = "理由",
    [WORD_NO_DETAILS] = "このリストの運営者は詳細を公開していません。",
    [WORD_SINCE] = "登録の時期",
    [WORD_SINCE_HOUR] = "少なくとも1時間前から登録されています（{1}またはそれ以前から）。",
    [WORD_SINCE_HOURS] = "少なくとも{2}時間前から登録されています（{1}またはそれ以前から）。",
    [WORD_SINCE_DAYS] = "少なくとも{2}日前から登録されています（{1}またはそれ以前から）。",
    [WORD_EFFECT] = "メールサーバーの動作",
    [WORD_EFFECT_PERMANENT] =
        "「550 5.7.1」などで始まるエラーでメールを拒否します。送信者には配信不能の通知が届きます。",
    [WORD_EFFECT_TEMPORARY] =
        "「450 "
        "4.7.1」（後で再試行）と応答します。送信側のサーバーが自動的に再送するので、登録が終わればメールは"
        "届きます。送信者に届くのは、遅延の通知だけです。",
    [WORD_EFFECT_NONE] = "{1}まで（あと{2}）、登録されていないものとしてメールを受け取ります。",
    [WORD_EFFECT_NONE_FOREVER] = "登録されていないものとしてメールを受け取ります。",
    [WORD_UNTIL] = "期限",
    [WORD_UNTIL_TIME] = "あと{2}で、{1}に自動的に終わります。",
    [WORD_UNTIL_UNKNOWN] = "リストの運営者が、登録の原因がなくなったと判断したときに終わります。",
    [WORD_WHAT_TO_DO] = "できること",

    [WORD_DO_REMOVE_NOW] = "すぐに解除できます。",
    [WORD_DO_PROVE] = "ご自身が管理するものであることを確認できれば、すぐに解除できます。",
    [WORD_DO_REVIEW] = "審査を依頼してください。担当者が判断します。",
    [WORD_DO_USED_UP] = "最近の解除回数が上限に達しています。審査を依頼してください。担当者が判断します。",
    [WORD_DO_BUSY] =
        "この1時間に多くの解除が行われました。審査を依頼して担当者の判断を待つか、1時間後にもう一度お調べ"
        "ください。",
    [WORD_DO_ASKED] = "受付中の依頼があります。上の欄をご覧ください。",
    [WORD_DO_NEVER] = "このリストは、依頼による解除を行っていません。アドレスの所有者の方針によるものです。",
    [WORD_DYNAMIC] = "接続事業者から割り当てられるアドレス（家庭の回線などの動的なアドレス）をお使いの場合は"
                     "、メールサービスの送信"
                     "サーバーを通してお送りください。お問い合わせ先は、インターネット接続の事業者です。",
    [WORD_DO_RESOLVE_FIRST] = "先に {1} の登録を解決してください。その後、このリストから解除できます。",
    [WORD_DO_WAIT] = "最近解除されたばかりです。次に解除できるのは、{2}後の{1}です。",
    [WORD_REMOVALS_LEFT] = "残りの解除回数：{1}",
    [WORD_FIX_FIRST] = "まず登録の原因を取り除いてください。例：不正に使われたアカウント、ウイルスに感染した"
                       "パソコン、第三者が"
                       "メールを送れるフォーム。",
    [WORD_LISTED_AGAIN] = "迷惑行為が続くと再び登録されます。また、解除できる回数には限りがあります。",

    [WORD_REMOVE_HEADING] = "{1} を {2} から解除する",
    [WORD_REMOVE_BUTTON] = "{1} を今すぐ解除する",
    [WORD_REVIEW_HEADING] = "{1} の {2} からの解除を依頼する",
    [WORD_REVIEW_BUTTON] = "審査を依頼する",
    [WORD_REVIEW_HELP] =
        "何が起きたか、どのように対処したかをお書きください。担当者はそれをもとに判断します。",
    [WORD_MORE_FIELDS] = "お名前や説明を書き添える（任意）",
    [WORD_NAME] = "お名前",
    [WORD_EMAIL] = "メールアドレス",
    [WORD_COMPANY] = "会社名・団体名",
    [WORD_CATEGORY] = "メールの種類",
    [WORD_CATEGORY_PERSONAL] = "個人のメール",
    [WORD_CATEGORY_COMPANY] = "会社・団体のメール",
    [WORD_CATEGORY_NEWSLETTER] = "メールマガジン",
    [WORD_DETAILS] = "何が起きたか、どのように対処したか",
    [WORD_DETAILS_HINT] = "{1}文字まで",
    [WORD_FIXED] = "原因は取り除きました。",
    [WORD_REQUIRED] = "必須",
    [WORD_STORED] = "入力内容は、プライバシー規則で認められた範囲の接続元アドレスとともにリストの担当者のため"
                    "に保存され、判断から一定期間が過ぎると削除されます。",
    [WORD_SEND_AGAIN] = "もう一度送信する",

    [WORD_OWN_REQUEST] = "受付中の依頼があります",
    [WORD_OWN_REQUEST_FROM] =
        "{1}に、お使いの接続元アドレスから依頼されたものです。同じアドレスを共有する別の方の依頼である場合も"
        "あります。",
    [WORD_OWN_REQUEST_LINK] = "依頼の状況を見る",
    [WORD_NO_MAIL_WILL_COME] = "結果はメールではお知らせしません。次に開くページでご確認ください。",
    [WORD_CODE_WILL_COME] = "このアドレスに、解除に必要なコードをお送りします。",

    [WORD_REQUEST_REMOVED] = "解除しました",
    [WORD_REQUEST_PENDING] = "審査を受け付けました",
    [WORD_REQUEST_VERIFY] = "コードを入力してください",
    [WORD_REQUEST_DENIED] = "解除できませんでした",
    [WORD_REMOVED_FROM] = "{1} を {2} から解除しました。",
    [WORD_PENDING_TEXT] = "{1} の {2} からの解除について、担当者が審査します。",
    [WORD_VERIFY_TEXT] = "メールでコードを送りました。入力すると、{1} が {2} から解除されます。",
    [WORD_DENIED_TEXT] = "{1} は {2} から解除されませんでした。",
    [WORD_REPLY] = "担当者からの返答",
    [WORD_EFFECTIVE_BY] = "{2}以内に、遅くとも{1}までに、すべてのメールサーバーに反映されます。",
    [WORD_EFFECTIVE_SINCE] = "{1}以降、すべてのメールサーバーに反映されています。",
    [WORD_QUEUED_MAIL] = "サーバーで待っているメールは、その後自動的に送られます。送り直す必要はありません。"
                         "配信不能として戻ってきた"
                         "メールは、もう一度お送りください。",
    [WORD_NO_MAIL_COMES] = "結果をメールでお知らせすることはありません。このページをもう一度ご覧ください。",
    [WORD_NO_MAIL_DONE] = "この件についてメールでお知らせすることはありません。",
    [WORD_KEEP_ADDRESS] = "このページのアドレスを控えておいてください：",
    [WORD_CODE_LABEL] = "メールに書かれたコード",
    [WORD_CONFIRM_BUTTON] = "確認する",
    [WORD_ATTEMPTS_LEFT] = "残りの入力回数：{1}",
    [WORD_CODE_SENT_TO] =
        "{1} にコードを送りました。コードの送信は、同じアドレスまたはドメインにつき1日1回です。",
    [WORD_LOOK_AGAIN] = "{1} をもう一度調べる",

    [WORD_PROVE_FIRST_BUTTON] = "{1} の解除手続きへ進む",
    [WORD_PROVE_NEXT] = "次のページで、{1} がご自身の管理するものであることを確認します。",
    [WORD_REQUEST_PROVE] = "管理者であることの確認",
    [WORD_PROVE_TEXT] = "{1} がご自身の管理するものであることを確認でき次第、{2} "
                        "から解除します。",
    [WORD_PROVE_WAYS] = "次の方法のうち一つで十分です。",
    [WORD_PROVE_MAIL] = "メールで確認する",
    [WORD_PROVE_MAIL_HELP] = "メールの管理者宛てにコードを送ります。そのメールを読める方が、このページにコー"
                             "ドを入力してください。",
    [WORD_PROVE_MAIL_NONE] = "送り先が見つかりません。{1} の逆引きの名前が設定されていないか、その名前から "
                             "{1} に戻れません。逆引きは"
                             "ご契約のプロバイダーで設定できます。",
    [WORD_PROVE_MAIL_TO] = "コードの送り先：",
    [WORD_PROVE_MAIL_BUTTON] = "コードを送る",
    [WORD_PROVE_MAIL_AGAIN] = "送り先をもう一度探す",
    [WORD_PROVE_DNS] = "DNSの設定で確認する",
    [WORD_PROVE_DNS_HELP] =
        "{1} のDNSに次の設定を追加してください。ご自身で管理していない場合は、レンタルサーバー会社や"
        "プロバイダーに追加を依頼してください。追加したら、ボタンを押してください。反映まで数分かかることがあ"
        "ります。",
    [WORD_PROVE_DNS_NAME] = "名前",
    [WORD_PROVE_DNS_TYPE] = "種類",
    [WORD_PROVE_DNS_VALUE] = "値",
    [WORD_PROVE_DNS_LINE] = "ゾーンファイルに書く場合は、次の行になります。",
    [WORD_PROVE_DNS_BUTTON] = "設定を確認する",
    [WORD_PROVE_ADDRESS] = "そのアドレスから確認する",
    [WORD_PROVE_ADDRESS_HELP] =
        "{1} からインターネットに接続しているブラウザー（メールサーバーと同じネットワークなど）でこのページを"
        "開き、ボタンを押してください。",
    [WORD_PROVE_ADDRESS_BUTTON] = "このアドレスから接続しています",
    [WORD_PROVE_NOT] = "どの方法も使えない場合",
    [WORD_PROVE_NOT_HELP] = "担当者による審査を依頼できます。時間がかかることをご了承ください。",

    [WORD_BULK_START] = "まとめて調べる",
    [WORD_BULK_BOX] = "IPアドレスとドメイン名",
    [WORD_BULK_HINT] = "{1}"
                       "件まで。1行に一つずつ書くか、空白またはコンマで区切ってください。ログの行をそのまま貼"
                       "り付けることもできます。",
    [WORD_BULK_RESULT] = "{2}件中{1}件が登録されています",
    [WORD_BULK_SOME] = "{2}件中{1}件が登録されています。理由とできることは、それぞれのページにあります。",
    [WORD_BULK_NONE] =
        "調べた{2}件は、いずれも登録されていません。メールが拒否される原因は、このリストではありません。",
    [WORD_BULK_KEY] = "アドレス・ドメイン名",
    [WORD_BULK_STATE] = "状態",
    [WORD_BULK_LISTS] = "リスト",
    [WORD_BULK_MORE] = "{1}、ほか{2}件",
    [WORD_BULK_CSV] = "表をファイルに保存する（CSV）",
    [WORD_BULK_TOO_MANY] = "先頭の{1}件だけを調べました。残りは下の欄にありますので、続けて調べてください。",
    [WORD_BULK_TOO_OFTEN] = "お使いのネットワークからの問い合わせが多すぎます。まだ調べていないものは下の欄に"
                            "ありますので、{1}秒後にもう一度"
                            "お試しください。",

    [WORD_ERROR] = "処理できませんでした",
    [WORD_NOT_FOUND] = "見つかりません",
    [WORD_ERROR_NOTHING_THERE] = "このアドレスにページはありません。",
    [WORD_ERROR_NO_ADDRESS] = "入力された文字の中に、IPアドレスもドメイン名も見つかりませんでした。",
    [WORD_ERROR_NOT_SINGLE] =
        "アドレスの範囲が入力されています。アドレスかドメイン名を一つだけ入力してください。",
    [WORD_ERROR_TOO_MANY] =
        "お使いのネットワークからのアクセスが多すぎます。{1}秒後にもう一度お試しください。",
    [WORD_ERROR_NOT_LISTED] = "登録されていないか、すでに解除されているため、解除するものがありません。",
    [WORD_ERROR_EMAIL] = "メールアドレスが正しくありません。",
    [WORD_ERROR_EMAIL_NEEDED] = "この解除にはメールによる確認が必要です。メールアドレスを入力してください。",
    [WORD_ERROR_FIELD_NEEDED] = "「必須」と書かれた欄をすべて入力してください。",
    [WORD_ERROR_TOO_LONG] = "入力が長すぎる欄があります。",
    [WORD_ERROR_WRONG_CODE] = "コードが違います。",
    [WORD_ERROR_CODE_EXPIRED] = "コードの有効期限が切れています。もう一度解除を依頼してください。",
    [WORD_ERROR_DECIDED] = "この依頼は、すでに判断が終わっています。",
    [WORD_ERROR_QUEUE_FULL] = "審査待ちの依頼が多すぎます。明日もう一度お試しください。",
    [WORD_ERROR_NO_RECORD] =
        "DNSの設定がまだ見つかりません。名前と値を確かめ、数分後にもう一度お試しください。",
    [WORD_ERROR_NO_ANSWER] =
        "DNSから時間内に応答がありませんでした。しばらくしてからもう一度お試しください。",
    [WORD_ERROR_NO_MAILBOX] = "コードの送り先がまだ見つかりません。",
    [WORD_ERROR_OTHER_MAILBOX] = "このページにある送り先から選んでください。",
    [WORD_ERROR_OTHER_ADDRESS] = "別のアドレスからこのページをご覧になっています。",
    [WORD_ERROR_TOO_MANY_CHECKS] =
        "この依頼でのDNSの確認回数が上限に達しました。もう一度解除を依頼してください。",
    [WORD_ERROR_NOT_READY] = "サーバーの準備ができていません。しばらくしてからもう一度お試しください。",
    [WORD_ERROR_ORIGIN] = "他のサイトから送られたフォームです。このページを開いて、ここから送ってください。",
    [WORD_ERROR_METHOD] = "この方法ではページを開けません。",
    [WORD_ERROR_TRAP] =
        "画面に表示されない欄に文字が入力されていました。その欄を空にして、もう一度送ってください。",
    [WORD_ERROR_OTHER] = "処理できませんでした（{1}）。",
};
