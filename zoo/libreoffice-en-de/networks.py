"""The networks, in PyTorch: Transformers and recurrent networks with attention.

All of them share one vocabulary; source, target and output embeddings of a network are one table.
Padding is token 0. `step` methods are for one token per call, as the exported decoders work.
"""

import math

import torch
from torch import nn
from torch.nn import functional

from sizes import MAX_POSITIONS, SIZES, sinusoids

def heads_first(x, heads):
    b, t, d = x.shape
    return x.view(b, t, heads, d // heads).transpose(1, 2)


def attend(q, k, v, mask):
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + mask
    b, h, t, w = q.shape
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, h * w)


class EncoderLayer(nn.Module):
    def __init__(self, d, heads, ffn, dropout):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, ffn), nn.Linear(ffn, d)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        q, k, v = (heads_first(part, self.heads) for part in self.qkv(self.norm1(x)).chunk(3, -1))
        x = x + self.dropout(self.out(attend(q, k, v, mask)))
        return x + self.dropout(self.down(functional.relu(self.up(self.norm2(x)))))


class DecoderLayer(nn.Module):
    def __init__(self, d, heads, ffn, dropout):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(d), nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.cross_q, self.cross_kv, self.cross_out = (
            nn.Linear(d, d), nn.Linear(d, 2 * d), nn.Linear(d, d))
        self.up, self.down = nn.Linear(d, ffn), nn.Linear(ffn, d)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask, cross_mask, past=None):
        """`past`: keys and values of earlier positions, or nothing; returns those of all."""
        q, k, v = (heads_first(part, self.heads) for part in self.qkv(self.norm1(x)).chunk(3, -1))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        x = x + self.dropout(self.out(attend(q, k, v, self_mask)))
        q = heads_first(self.cross_q(self.norm2(x)), self.heads)
        x = x + self.dropout(self.cross_out(attend(q, memory[0], memory[1], cross_mask)))
        x = x + self.dropout(self.down(functional.relu(self.up(self.norm3(x)))))
        return x, (k, v)

    def memory(self, encoded):
        return tuple(heads_first(part, self.heads) for part in self.cross_kv(encoded).chunk(2, -1))


class Transformer(nn.Module):
    """Pre-norm, sinusoidal positions, ReLU."""

    def __init__(self, vocabulary, d, heads, ffn, encoder, decoder, dropout=0.1):
        super().__init__()
        self.d = d
        self.embedding = nn.Embedding(vocabulary, d)
        nn.init.normal_(self.embedding.weight, std=d**-0.5)
        self.register_buffer("positions", torch.from_numpy(sinusoids(d, MAX_POSITIONS)),
                             persistent=False)
        self.encoder = nn.ModuleList(EncoderLayer(d, heads, ffn, dropout) for _ in range(encoder))
        self.decoder = nn.ModuleList(DecoderLayer(d, heads, ffn, dropout) for _ in range(decoder))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(d), nn.LayerNorm(d)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.dropout = nn.Dropout(dropout)

    def embed(self, tokens, first=0):
        x = self.embedding(tokens) * math.sqrt(self.d)
        return self.dropout(x + self.positions[first:first + tokens.shape[1]])

    def encode(self, source):
        """Memory for the decoder: per layer keys and values, and the mask of the padding."""
        mask = torch.zeros(source.shape).masked_fill(source == 0, -1e9)[:, None, None, :]
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, mask)
        x = self.encoder_norm(x)
        return [layer.memory(x) for layer in self.decoder], mask

    def hidden(self, source, target):
        memory, cross_mask = self.encode(source)
        t = target.shape[1]
        causal = torch.full((t, t), -1e9).triu(1)
        x = self.embed(target)
        for layer, of_layer in zip(self.decoder, memory):
            x, _ = layer(x, of_layer, causal, cross_mask)
        return self.decoder_norm(x)

    def logits(self, hidden):
        return functional.linear(hidden, self.embedding.weight, self.bias)

    def begin(self, source):
        memory, mask = self.encode(source)
        return {"memory": memory, "mask": mask, "past": [None] * len(self.decoder), "length": 0}

    def step(self, state, tokens):
        """Logits after one more token per sentence."""
        x = self.embed(tokens[:, None], state["length"])
        past = []
        for layer, memory, old in zip(self.decoder, state["memory"], state["past"]):
            x, new = layer(x, memory, None, state["mask"], old)
            past.append(new)
        state["past"], state["length"] = past, state["length"] + 1
        return self.logits(self.decoder_norm(x))[:, 0]


class Recurrent(nn.Module):
    """A bidirectional GRU encoder; a GRU decoder with multiplicative attention (Luong 2015)."""

    def __init__(self, vocabulary, d, layers, dropout=0.1):
        super().__init__()
        self.d, self.layers = d, layers
        self.embedding = nn.Embedding(vocabulary, d)
        nn.init.normal_(self.embedding.weight, std=d**-0.5)
        self.encoder = nn.GRU(d, d // 2, layers, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(d, layers * d)
        self.key = nn.Linear(d, d, bias=False)
        self.decoder = nn.GRU(d, d, layers, batch_first=True)
        self.mix = nn.Linear(2 * d, d)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.dropout = nn.Dropout(dropout)

    def encode(self, source):
        lengths = (source != 0).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.dropout(self.embedding(source) * math.sqrt(self.d)), lengths, batch_first=True,
            enforce_sorted=False)
        memory, _ = nn.utils.rnn.pad_packed_sequence(
            self.encoder(packed)[0], batch_first=True, total_length=source.shape[1])
        mean = memory.sum(1) / lengths[:, None]
        state = torch.tanh(self.bridge(mean)).view(-1, self.layers, self.d).transpose(0, 1)
        mask = torch.zeros(source.shape).masked_fill(source == 0, -1e9)[:, None, :]
        return self.dropout(memory), state.contiguous(), mask

    def attended(self, x, memory, mask):
        keys = self.key(memory) / math.sqrt(self.d)
        weights = (x @ keys.transpose(1, 2) + mask).softmax(-1)
        return torch.tanh(self.mix(torch.cat([x, weights @ memory], -1)))

    def hidden(self, source, target):
        memory, state, mask = self.encode(source)
        x, _ = self.decoder(self.dropout(self.embedding(target) * math.sqrt(self.d)), state)
        return self.dropout(self.attended(x, memory, mask))

    def logits(self, hidden):
        return functional.linear(hidden, self.embedding.weight, self.bias)

    def begin(self, source):
        memory, state, mask = self.encode(source)
        return {"memory": memory, "state": state, "mask": mask}

    def step(self, state, tokens):
        x, state["state"] = self.decoder(
            self.embedding(tokens[:, None]) * math.sqrt(self.d), state["state"])
        return self.logits(self.attended(x, state["memory"], state["mask"]))[:, 0]


def make_network(name, vocabulary, dropout):
    size = dict(SIZES[name])
    kind = size.pop("kind")
    return (Transformer if kind == "transformer" else Recurrent)(
        vocabulary, dropout=dropout, **size)
