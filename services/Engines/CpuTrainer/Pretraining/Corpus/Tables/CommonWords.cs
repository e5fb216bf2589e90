namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>
/// Words outside the facts. They give the tokenizer whole pieces for what a user is likely to teach, and reading and spelling samples use them so
/// that their embeddings are trained: without them a persona is learnt but its new words are misspelt.
/// </summary>
internal static class CommonWords
{
    internal static readonly IReadOnlyList<string> All = Text.Words("""
        mango melon grape orange peach onion potato pepper bean butter sugar salt coffee juice water pudding cookie sandwich
        burger pasta sauce cream berry toast jam pear cocoa egg cake candy popcorn tiger wolf zebra camel whale shark eagle
        penguin dolphin beaver otter badger raven swan turkey ox hippo giraffe crab lobster snail worm beetle butterfly moth
        koala rat bat seal walrus gecko dragon unicorn robot city village castle tower bridge island mountain valley desert
        station airport office museum church palace tent cabin barn cellar roof street corner moon star planet rocket ship train
        bicycle engine wheel factory base lab shop bank hotel silver golden violet crimson turquoise beige copper bright pale
        round square smooth sharp sweet sour bitter fresh wild calm gentle proud shy lazy busy quick wise silly magic secret
        hidden modern ancient running jumping reading cooking sailing hiking skating juggling knitting climbing drawing writing
        dreaming flying diving riding racing gardening baking hunting camping surfing table chair window mirror pillow blanket
        basket bottle hammer needle thread button rope paper candle pencil brush camera radio guitar violin piano trumpet flute
        coin ring crown sword shield flag puzzle sock socks shoe shirt coat glove scarf box bag Paris London Berlin Rome Porto
        Lisbon Vienna Madrid Oslo Tokyo Cairo Lima Dublin Prague Boston Denver Geneva Riverside Northgate Lakeside Greenfield
        Paul Emma Peter Clara Oscar Nina Felix Laura Simon Julia David Sara Victor Alice Hugo Ella Oliver Ruth Henry Iris Martin
        Nora Adam Eva Jack Rosa Pip Bob Sam Kim Ada Nova Luna Atlas Echo Bolt Pixel Orion ding dong blip beep buzz click splash
        boom pop whistle hum clap chirp growl purr squawk finds keeps repairs paints builds cleans carries hides washes fries
        cuts cooks counts draws opens protects watches collects stars lost stones songs toys dreams maps boxes clouds captain
        pirate wizard knight king queen princess soldier hunter dancer chef waiter engineer mechanic plumber nurse lawyer
        scientist astronaut detective clown inventor twenty thirty forty fifty hundred thousand first second third last red team
        company product price colour logo boss friend machine tool plan rule code word
        """);
}
